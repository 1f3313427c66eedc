"""Walks the AMAS document from its first line to its last; the SDK example stands as it is printed there."""

import re
import sys
import time
from datetime import datetime

import requests

base_url = sys.argv[1]
USERNAME = sys.argv[2]


def parse(moment):
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")


def wait_for(task_id, wanted):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        task = requests.get(f"{base_url}/tasks/{task_id}", headers=headers).json()
        if task["status"] in wanted:
            return task
        time.sleep(0.1)
    raise AssertionError(f"the task is still {task['status']}")


health = requests.get(f"{base_url}/system/health")
assert health.status_code == 200 and health.json()["status"] == "healthy", health.text

login = requests.post(
    f"{base_url}/auth/login", json={"username": USERNAME, "password": "a good password"}
).json()
assert login["token_type"] == "bearer" and login["expires_in"] == 1800, login
token = login["access_token"]

headers = {"Authorization": f"Bearer {token}"}

# Create task
response = requests.post(
    f"{base_url}/tasks",
    json={
        "title": "Security Scan",
        "task_type": "security_scan",
        "target": "example.com"
    },
    headers=headers
)
task = response.json()

assert response.status_code == 200 and task["status"] == "pending", response.text
assert re.fullmatch(r"task_\d{8}_\d{6}_[0-9a-f]{8}", task["id"]), task
assert task["assigned_agents"] == ["security_expert"], task
prediction = task["prediction"]
assert 0 < prediction["success_probability"] < 1 and prediction["estimated_duration"] > 0, prediction
assert task["assigned_agents"][0] in prediction["recommended_agents"], prediction

predicted = requests.post(
    f"{base_url}/predictions/predict/task",
    json={"task_type": "security_scan", "target": "example.com", "parameters": {}},
    headers=headers,
)
assert predicted.json().keys() == prediction.keys(), predicted.text

assert requests.get(f"{base_url}/tasks/{task['id']}", headers=headers).json()["status"] == "pending"
executed = requests.post(f"{base_url}/tasks/{task['id']}/execute", headers=headers)
assert executed.status_code == 200 and executed.json()["id"] == task["id"], executed.text
done = wait_for(task["id"], ["completed", "failed", "cancelled"])
assert done["status"] == "completed" and done["result"]["output"], done
assert parse(done["completed_at"]) >= parse(done["created_at"])

agents = requests.get(f"{base_url}/agents", headers=headers).json()
assert "security_expert" in [agent["id"] for agent in agents], agents
agent = requests.get(f"{base_url}/agents/security_expert", headers=headers).json()
assert agent["status"] in ["idle", "busy"] and agent["health"] == "healthy", agent

status = requests.get(f"{base_url}/system/orchestrator/status", headers=headers).json()
assert status["orchestrator_status"] == "active" and status["active_agents"] >= len(agents), status
assert status["metrics"]["tasks_completed"] >= 1, status
assert status["agent_health"]["security_expert"]["finished_tasks"] >= 1, status
metrics = requests.get(f"{base_url}/system/metrics", headers=headers).json()
assert metrics["tasks"]["completed"] >= 1, metrics

integration = requests.post(
    f"{base_url}/integrations",
    json={"platform": "github", "credentials": {"token": "ghp_0123456789abcdefghij"}},
    headers=headers,
).json()
listed = requests.get(f"{base_url}/integrations", headers=headers)
assert listed.json()[0] == integration, listed.text
assert "ghp_" not in listed.text, listed.text

refusals = [
    (requests.get(f"{base_url}/agents"), 401, "AUTHENTICATION_REQUIRED"),
    (requests.get(f"{base_url}/tasks/task_123", headers=headers), 404, "TASK_NOT_FOUND"),
    (requests.get(f"{base_url}/agents/nobody", headers=headers), 404, "AGENT_NOT_FOUND"),
    (requests.post(f"{base_url}/tasks", json={}, headers=headers), 400, "VALIDATION_ERROR"),
]
for answer, code, word in refusals:
    body = answer.json()
    assert body.keys() == {"detail", "status_code", "error_code"}, body
    assert (answer.status_code, body["status_code"], body["error_code"]) == (code, code, word), body

print("walked")

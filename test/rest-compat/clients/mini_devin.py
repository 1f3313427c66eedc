"""Walks the Mini-Devin document from its first line to its last, as somebody would who has only read that."""

import sys
import time
from datetime import datetime, timedelta, timezone

import requests

BASE = sys.argv[1]
EMAIL = sys.argv[2]


def parse(moment):
    assert moment.endswith("Z") and len(moment) == len("2024-01-01T00:00:00Z"), moment
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def wait_for(task_id, wanted):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        task = session.get(f"{BASE}/api/tasks/{task_id}").json()
        if task["status"] in wanted:
            return task
        time.sleep(0.1)
    raise AssertionError(f"the task is still {task['status']}")


health = requests.get(f"{BASE}/health")
assert health.json()["status"] == "healthy", health.text

account = {"email": EMAIL, "password": "securepassword", "name": "John Doe"}
registered = requests.post(f"{BASE}/api/auth/register", json=account)
registered.raise_for_status()
assert registered.json()["email"] == EMAIL
parse(registered.json()["created_at"])

login = requests.post(f"{BASE}/api/auth/login", json={"email": EMAIL, "password": "securepassword"}).json()
assert login["token_type"] == "bearer" and login["expires_in"] == 3600, login

session = requests.Session()
session.headers["Authorization"] = f"Bearer {login['access_token']}"

expires_at = (datetime.now(timezone.utc) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
key = session.post(f"{BASE}/api/auth/api-keys", json={"name": "My API Key", "expires_at": expires_at}).json()
assert key["key"].startswith("md_") and key["expires_at"] == expires_at, key

# From here on with the key alone.
session = requests.Session()
session.headers["X-API-Key"] = key["key"]

models = session.get(f"{BASE}/api/models", params={"provider": "openai"}).json()["models"]
assert "gpt-4o" in [model["id"] for model in models], models
assert all(model["provider"] == "openai" for model in models)

providers = session.get(f"{BASE}/api/providers").json()
counts = {provider["id"]: provider["models_count"] for provider in providers["providers"]}
assert counts["openai"] == len(models), counts
assert providers["default_model"] == "gpt-4o", providers

created = session.post(f"{BASE}/api/sessions", json={"name": "Bug Fix Session"})
created.raise_for_status()
work = created.json()
assert work["status"] == "active" and work["working_directory"].startswith("/"), work

same = session.post(
    f"{BASE}/api/sessions", json={"name": "Again", "working_directory": work["working_directory"]}
).json()
assert same["working_directory"] == work["working_directory"], same

task = session.post(
    f"{BASE}/api/sessions/{work['id']}/tasks",
    json={
        "description": "Fix the failing test in tests/test_api.py",
        "model": "gpt-4o",
        "run_mode": "offline",
    },
).json()
assert task["status"] == "running", task

done = wait_for(task["id"], ["completed", "failed", "stopped"])
assert done["status"] == "completed", done
assert done["iterations"] >= 1 and parse(done["completed_at"]) >= parse(done["created_at"])
assert [step["status"] for step in done["plan"]["steps"]] == ["completed", "completed"], done["plan"]
assert done["result"]["success"] is True, done["result"]
assert done["result"]["summary"] == "Fixed the test by updating the expected value"

listed = session.get(f"{BASE}/api/sessions/{work['id']}/tasks").json()
assert [each["id"] for each in listed] == [task["id"]], listed
assert session.get(f"{BASE}/api/sessions/{work['id']}").json()["tasks"][0]["status"] == "completed"
sessions = {each["id"]: each for each in session.get(f"{BASE}/api/sessions").json()}
assert sessions[work["id"]]["task_count"] == 1, sessions

artifacts = {each["name"]: each for each in session.get(f"{BASE}/api/tasks/{task['id']}/artifacts").json()}
plan = session.get(f"{BASE}/api/tasks/{task['id']}/artifacts/{artifacts['plan.json']['id']}")
assert plan.headers["Content-Type"].startswith("application/json"), plan.headers
assert plan.json()["steps"][0]["description"] == "Read the failing test", plan.text
assert len(plan.content) == artifacts["plan.json"]["size"]
diff = session.get(f"{BASE}/api/tasks/{task['id']}/artifacts/{artifacts['diff.patch']['id']}")
assert artifacts["diff.patch"]["type"] == "diff"
assert "+assert 1 + 1 == 2" in diff.text, diff.text

long = session.post(
    f"{BASE}/api/sessions/{work['id']}/tasks",
    json={"description": "Think for long", "model": "gpt-4o@tokens=5000,itl=20"},
).json()
stopped = session.post(f"{BASE}/api/tasks/{long['id']}/stop").json()
assert stopped == {"id": long["id"], "status": "stopped"}, stopped
assert wait_for(long["id"], ["stopped"])["result"]["success"] is False

refusals = [
    (requests.get(f"{BASE}/api/sessions"), 401, "UNAUTHORIZED"),
    (session.get(f"{BASE}/api/tasks/{work['id']}"), 404, "NOT_FOUND"),
    (session.post(f"{BASE}/api/sessions", json={}), 422, "VALIDATION_ERROR"),
    (session.post(f"{BASE}/api/sessions", data="no JSON", headers={"Content-Type": "application/json"}), 422, "VALIDATION_ERROR"),
]
for answer, status, code in refusals:
    body = answer.json()
    assert answer.status_code == status and body["code"] == code and body["detail"], (status, answer.text)
    parse(body["timestamp"])

deleted = session.delete(f"{BASE}/api/sessions/{work['id']}")
assert deleted.status_code == 204 and deleted.content == b"", deleted.text
assert session.get(f"{BASE}/api/sessions/{work['id']}").status_code == 404
assert session.get(f"{BASE}/api/tasks/{task['id']}").status_code == 404

print("walked")

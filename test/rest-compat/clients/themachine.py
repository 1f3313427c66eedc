"""Walks the TheMachine document from its first line to its last, as somebody would who has only read that."""

import sys
import time
from datetime import datetime, timezone

import requests

BASE = f"{sys.argv[1]}/api/v1"
TOKEN = sys.argv[2]

session = requests.Session()
session.headers["Authorization"] = f"Bearer {TOKEN}"


def api(method, path, expected=200, **options):
    answer = session.request(method, f"{BASE}{path}", **options)
    assert answer.status_code == expected, (method, path, answer.status_code, answer.text)
    return answer.json()


def parse(moment):
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def wait_for(path, wanted):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        thing = api("GET", path)
        if thing["status"] in wanted:
            return thing
        time.sleep(0.1)
    raise AssertionError(f"{path} is still {thing['status']}")


# Tasks
task = api(
    "POST",
    "/tasks",
    json={
        "type": "code",
        "title": "Generate API endpoint",
        "description": "Create a new API endpoint for user authentication",
        "priority": "medium",
        "context": {"language": "python", "framework": "fastapi"},
    },
)
assert task["id"].startswith("task-") and task["status"] == "pending" and task["progress"] == 0.0, task
assert task["result"] is None and task["error"] is None and task["completed_at"] is None, task
done = wait_for(f"/tasks/{task['id']}", ["completed", "failed"])
assert done["status"] == "completed" and done["progress"] == 1.0 and done["error"] is None, done
assert isinstance(done["result"], dict) and done["cost"] > 0, done
assert parse(done["created_at"]) <= parse(done["completed_at"]) <= parse(done["updated_at"]), done
listed = api("GET", "/tasks", params={"status": "completed", "type": "code", "limit": 10, "offset": 0})
assert listed == [done], listed
renamed = api("PATCH", f"/tasks/{task['id']}", json={"title": "Updated task title", "status": "completed"})
assert renamed == {**done, "title": "Updated task title", "updated_at": renamed["updated_at"]}, renamed
gone = api("DELETE", f"/tasks/{task['id']}")
assert gone == {"message": f"Task {task['id']} deleted successfully"}, gone
assert "detail" in api("GET", f"/tasks/{task['id']}", expected=404)

# Models
models = api("GET", "/models", params={"provider": "openai", "capability": "code", "is_active": "true", "limit": 1000})
assert "gpt-4o" in [model["id"] for model in models], models
assert api("GET", "/models/gpt-4o")["context_window"] == 128000
own = api("POST", "/models", json={"id": "ft:gpt-4o:acme", "provider": "openai", "capabilities": ["text", "code"]})
assert own["is_active"] is True, own
assert api("PATCH", f"/models/{own['id']}", json={"name": "Ours"})["name"] == "Ours"
chosen = api("POST", "/models/gpt-4o/select", json={"task_type": "code", "context_size": 5000})
assert chosen["selected_model"]["id"] == "gpt-4o", chosen
assert "message" in api("DELETE", f"/models/{own['id']}")

# Agents
agent = api("POST", "/agents", json={"name": "React developer", "tools": [], "system_prompt": "You write React."})
assert agent["id"].startswith("agent-"), agent
assert api("GET", f"/agents/{agent['id']}") == agent
assert agent in api("GET", "/agents")
assert api("PATCH", f"/agents/{agent['id']}", json={"description": "Writes components"})["description"]
work = api(
    "POST",
    f"/agents/{agent['id']}/execute",
    json={"task": "Generate a React component", "model_id": "gpt-4o", "parameters": {"temperature": 0.7}},
)
assert work["agent_id"] == agent["id"] and work["status"] == "completed" and work["result"]["success"], work

# Workflows
workflow = api(
    "POST",
    "/orchestration/workflows",
    json={
        "name": "Review",
        "steps": [
            {"id": "read", "task": "Read {{ input.repository }} at {{ input.branch }}"},
            {"id": "write", "agent_id": agent["id"], "task": "{{ steps.read.output }}", "depends_on": ["read"]},
        ],
    },
)
assert workflow["id"].startswith("workflow-") and workflow["version"] == 1, workflow
assert api("GET", "/orchestration/workflows") == [workflow]
assert api("GET", f"/orchestration/workflows/{workflow['id']}") == workflow
assert api("PATCH", f"/orchestration/workflows/{workflow['id']}", json={"name": "Renamed"})["version"] == 2
asked = {
    "workflow_id": workflow["id"],
    "input_data": {"repository": "https://github.com/example/repo", "branch": "main"},
    "parameters": {"timeout": 3600},
}
execution = api("POST", "/orchestration/executions", json=asked)
assert {key: execution[key] for key in asked} == asked, execution
ended = wait_for(f"/orchestration/executions/{execution['id']}", ["completed", "failed", "cancelled"])
assert ended["status"] == "completed" and ended["progress"] == 1, ended
assert [step["status"] for step in ended["steps"]] == ["completed", "completed"], ended
assert api("GET", "/orchestration/executions", params={"workflow_id": workflow["id"]}) == [ended]
slow = api("POST", "/orchestration/workflows", json={"name": "Slow", "steps": [{"id": "a", "task": "x", "model_id": "gpt-4o@tokens=5000,itl=20"}]})
long = api("POST", "/orchestration/executions", json={"workflow_id": slow["id"]})
assert api("POST", f"/orchestration/executions/{long['id']}/cancel")["status"] == "cancelled"
assert wait_for(f"/orchestration/executions/{long['id']}", ["cancelled"])["completed_at"]
assert "message" in api("DELETE", f"/orchestration/workflows/{workflow['id']}")
assert "message" in api("DELETE", f"/agents/{agent['id']}")

# Model selection
selection = api(
    "POST",
    "/orchestration/model-selection",
    json={
        "task_type": "code",
        "required_capabilities": ["code", "reasoning"],
        "context_size": 10000,
        "cost_sensitivity": 0.7,
        "preferred_provider": "openai",
    },
)
model, estimate = selection["selected_model"], selection["estimated_cost"]
assert model["provider"] == "openai" and {"code", "reasoning"} <= set(model["capabilities"]), model
assert set(model) == {"id", "name", "provider", "capabilities", "context_window", "cost_per_token"}, model
assert estimate["tokens"] == 10000, estimate
assert abs(estimate["cost"] - 10000 * model["cost_per_token"]) < 1e-9, selection

# Errors
for method, path, status, options in [
    ("GET", "/tasks", 401, {"headers": {"Authorization": ""}}),
    ("GET", "/tasks", 400, {"params": {"limit": 101}}),
    ("POST", "/tasks", 400, {"json": {"type": "poem", "title": "x", "description": "y"}}),
    ("PATCH", "/models/gpt-4o", 403, {"json": {"name": "Mine"}}),
    ("GET", "/agents/agent-123", 404, {}),
]:
    body = api(method, path, expected=status, **options)
    assert list(body) == ["detail"] and body["detail"], body

print("walked")

"""Walks the AI Task Orchestra document from its first line to its last, as somebody would who has only read that."""

import sys
import time
from datetime import datetime, timezone

import requests

BASE = f"{sys.argv[1]}/api/v1"
REPOSITORY = sys.argv[3]

api = requests.Session()
api.headers["X-API-Key"] = sys.argv[2]


def get(path, **query):
    answer = api.get(f"{BASE}{path}", params=query)
    answer.raise_for_status()
    return answer.json()


def create(template, parameters, **more):
    answer = api.post(f"{BASE}/tasks", json={"template": template, "parameters": parameters, **more})
    answer.raise_for_status()
    return answer.json()


def parse(moment):
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def wait_for(task_id, wanted):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        task = get(f"/tasks/{task_id}")
        if task["status"] in wanted:
            return task
        time.sleep(0.1)
    raise AssertionError(f"the task is still {task['status']}")


ENDED = ["completed", "failed", "cancelled"]

templates = {template["name"]: template for template in get("/templates")}
assert {"git-script-execution", "ollama-inference"} <= set(templates), templates
required = [each["name"] for each in templates["ollama-inference"]["parameters"] if each["required"]]
assert required == ["model", "prompt"], required

inference = get("/templates/ollama-inference")
assert inference["steps"] == [
    {"type": "ollama_generate", "model": "{{model}}", "prompt": "{{prompt}}", "system": "{{system_prompt}}"}
], inference

parameters = {"model": "llama3.2", "prompt": "Explain quantum computing in simple terms"}


def validate(given):
    answer = api.post(f"{BASE}/templates/validate", params={"template_name": "ollama-inference"}, json=given)
    answer.raise_for_status()
    return answer.json()


assert validate(parameters) == {"valid": True, "missing_parameters": [], "invalid_parameters": []}
assert validate({"model": 3}) == {
    "valid": False,
    "missing_parameters": ["prompt"],
    "invalid_parameters": ["model"],
}

task = create("ollama-inference", parameters, priority=5)
assert task["status"] == "queued" and task["priority"] == 5 and task["depends_on"] == [], task
assert task["template"] == "ollama-inference" and task["parameters"] == parameters, task

done = wait_for(task["id"], ENDED)
assert done["status"] == "completed" and done["result"]["output"], done
assert parse(done["created_at"]) <= parse(done["started_at"]) <= parse(done["completed_at"]), done
usage = done["resource_usage"]
assert usage["model_name"] == "llama3.2", usage
assert usage["inference_time_seconds"] > 0 and usage["memory_used_gb"] > 0, usage

long = create("ollama-inference", {"model": "llama3.2@tokens=100000,itl=20", "prompt": "Talk"})
waiting = create("ollama-inference", parameters, depends_on=[task["id"], long["id"]])
assert waiting["depends_on"] == [task["id"], long["id"]], waiting
running = wait_for(long["id"], ["running"])
assert "completed_at" not in running and parse(running["started_at"]) <= datetime.now(timezone.utc), running

groups = get("/tasks/status")
assert {status: [each["id"] for each in tasks] for status, tasks in groups.items()} == {
    "queued": [waiting["id"]],
    "running": [long["id"]],
    "completed": [task["id"]],
    "failed": [],
    "cancelled": [],
}, groups

changed = api.patch(f"{BASE}/tasks/{waiting['id']}/priority", params={"priority": 8})
assert changed.status_code == 200, changed.text
assert changed.json() == {"id": waiting["id"], "priority": 8, "status": "queued"}, changed.text

for cancelled in (waiting, long):
    answer = api.delete(f"{BASE}/tasks/{cancelled['id']}")
    assert answer.status_code == 204 and answer.content == b"", answer.text
    assert get(f"/tasks/{cancelled['id']}")["status"] == "cancelled"

script = create(
    "git-script-execution",
    {"repo_url": REPOSITORY, "script_path": "ci/build.sh", "output_path": "result.txt"},
)
built = wait_for(script["id"], ENDED)
assert built["status"] == "completed" and built["result"]["output"] == "built\n", built

listed = [each["id"] for each in get("/tasks")]
assert listed == [script["id"], waiting["id"], long["id"], task["id"]], listed
assert [each["id"] for each in get("/tasks", status="completed", template="ollama-inference")] == [task["id"]]
assert [each["id"] for each in get("/tasks", limit=1, offset=1)] == [waiting["id"]]

refusals = [
    (api.delete(f"{BASE}/tasks/{task['id']}"), 400),
    (requests.get(f"{BASE}/tasks"), 401),
    (requests.get(f"{BASE}/tasks", headers={"X-API-Key": "your-api-key-here"}), 401),
    (api.get(f"{BASE}/tasks/task-uuid"), 404),
    (api.get(f"{BASE}/templates/none"), 404),
    (api.post(f"{BASE}/tasks", json={"template": "ollama-inference", "parameters": {}}), 422),
    (api.patch(f"{BASE}/tasks/{task['id']}/priority", params={"priority": 11}), 422),
]
for answer, status in refusals:
    body = answer.json()
    assert answer.status_code == status and list(body) == ["detail"] and body["detail"], answer.text

print("walked")

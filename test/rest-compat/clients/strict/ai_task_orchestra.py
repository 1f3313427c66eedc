"""AI Task Orchestra: a whole scenario, typed by the examples of its document."""

import sys
from typing import Annotated, Any, Literal

import requests
from pydantic import Field
from strict import Decimal, Moment, Strict, Text, read, until

BASE, KEY, REPOSITORY, SANDBOX = sys.argv[1:5]
HAS_COMMANDS = SANDBOX != "unavailable"
API = f"{BASE}/api/v1"
client = requests.Session()
client.headers["X-API-Key"] = KEY

Priority = Annotated[int, Field(ge=1, le=10)]
Status = Literal["queued", "running", "completed", "failed", "cancelled"]
# Absent until it is known, and never null.
Later = Annotated[Moment, Field(default="")]


class NewTask(Strict):
    id: Text
    status: Literal["queued"]
    priority: Priority
    created_at: Moment
    template: Text
    parameters: dict[str, Any]
    depends_on: list[Text]


class ListedTask(Strict):
    id: Text
    status: Status
    priority: Priority
    created_at: Moment
    completed_at: Later
    template: Text


class GroupedTask(ListedTask):
    started_at: Later


class Groups(Strict):
    queued: list[GroupedTask]
    running: list[GroupedTask]
    completed: list[GroupedTask]
    failed: list[GroupedTask]
    cancelled: list[GroupedTask]


class Output(Strict):
    output: str


class Failure(Strict):
    """An addition, see docs/legacy/ai-task-orchestra.md."""

    error: Text


class Usage(Strict):
    model_name: Text
    inference_time_seconds: Decimal
    memory_used_gb: Decimal


class Task(GroupedTask):
    parameters: dict[str, Any]
    result: Output | Failure = None
    resource_usage: Usage = None


class Changed(Strict):
    id: Text
    priority: Priority
    status: Status


class Parameter(Strict):
    name: Text
    type: Text
    required: bool
    description: Text


class Template(Strict):
    name: Text
    description: Text
    parameters: list[Parameter]


class Step(Strict):
    type: Literal["ollama_generate"]
    model: Text
    prompt: Text
    system: Text


class WholeTemplate(Template):
    steps: list[Step]


class Validity(Strict):
    valid: bool
    missing_parameters: list[Text]
    invalid_parameters: list[Text]


class Error(Strict):
    detail: Text


def get(path, **query):
    return client.get(f"{API}{path}", params=query)


def new_task(parameters, template="ollama-inference", **more):
    body = {"template": template, "parameters": parameters, **more}
    return read(NewTask, client.post(f"{API}/tasks", json=body))


def task_of(task_id):
    return read(Task, get(f"/tasks/{task_id}"))


def until_status(task_id, *statuses):
    return until(lambda: task_of(task_id), lambda task: task.status in statuses)


PARAMETERS = {"model": "llama3.2", "prompt": "Explain quantum computing in simple terms"}

templates = {template.name: template for template in read(list[Template], get("/templates"))}
assert {"git-script-execution", "ollama-inference"} <= set(templates), templates
required = [each.name for each in templates["git-script-execution"].parameters if each.required]
assert required == ["repo_url", "script_path", "output_path"], required
whole = read(WholeTemplate, get("/templates/ollama-inference"))
assert whole.parameters == templates["ollama-inference"].parameters

validate = {"url": f"{API}/templates/validate", "params": {"template_name": "ollama-inference"}}
validity = read(Validity, client.post(**validate, json=PARAMETERS))
assert validity == Validity(valid=True, missing_parameters=[], invalid_parameters=[])
validity = read(Validity, client.post(**validate, json={"model": 3}))
assert validity == Validity(valid=False, missing_parameters=["prompt"], invalid_parameters=["model"])

task = new_task(PARAMETERS, priority=5)
assert task.parameters == PARAMETERS and task.priority == 5 and task.depends_on == []
done = until_status(task.id, "completed", "failed", "cancelled")
assert done.status == "completed" and done.result.output and done.resource_usage.model_name == "llama3.2", done

long = new_task({"model": "llama3.2@tokens=100000,itl=20", "prompt": "Talk"})
waiting = new_task(PARAMETERS, depends_on=[task.id, long.id])
assert waiting.depends_on == [task.id, long.id] and waiting.priority == 5
running = until_status(long.id, "running")
assert running.started_at and not running.completed_at
failing = new_task({**PARAMETERS, "model": "llama3.2@fault=404"})
assert until_status(failing.id, "failed").result.error

groups = read(Groups, get("/tasks/status"))
found = {status: [each.id for each in tasks] for status, tasks in groups}
assert found == {
    "queued": [waiting.id],
    "running": [long.id],
    "completed": [task.id],
    "failed": [failing.id],
    "cancelled": [],
}, found

changed = client.patch(f"{API}/tasks/{waiting.id}/priority", params={"priority": 8})
assert read(Changed, changed) == Changed(id=waiting.id, priority=8, status="queued")
for each in (waiting, long):
    answer = client.delete(f"{API}/tasks/{each.id}")
    assert (answer.status_code, answer.content) == (204, b""), answer.text
    assert task_of(each.id).status == "cancelled"

script = {"repo_url": REPOSITORY, "script_path": "ci/build.sh", "output_path": "result.txt"}
newest = [failing.id, waiting.id, long.id, task.id]
if HAS_COMMANDS:
    built = until_status(new_task(script, "git-script-execution").id, "completed", "failed")
    assert built.status == "completed" and built.result.output == "built\n", built
    newest.insert(0, built.id)
else:
    body = {"template": "git-script-execution", "parameters": script}
    refused = read(Error, client.post(f"{API}/tasks", json=body), 503)
    assert "no worker has a sandbox" in refused.detail, refused

listed = read(list[ListedTask], get("/tasks"))
assert [each.id for each in listed] == newest, listed
assert read(list[ListedTask], get("/tasks", limit=1000)) == listed
assert read(list[ListedTask], get("/tasks", limit=2, offset=1)) == listed[1:3]
some = read(list[ListedTask], get("/tasks", status="completed", template="ollama-inference"))
assert [each.id for each in some] == [task.id], some

ERRORS = [
    (client.post(f"{API}/tasks", json={"template": "ollama-inference", "parameters": {}}), 422),
    (client.post(f"{API}/tasks", json={"template": "none", "parameters": {}}), 404),
    (client.delete(f"{API}/tasks/{task.id}"), 400),
    (client.patch(f"{API}/tasks/{task.id}/priority", params={"priority": 11}), 422),
    (get("/templates/none"), 404),
    (get("/tasks/task-uuid"), 404),
    (get("/tasks", limit=1001), 422),
    (get("/tasks", offset=20_000), 422),
    (get("/tasks", status="unknown"), 422),
    (requests.get(f"{API}/tasks/status", headers={"X-API-Key": "your-api-key-here"}), 401),
]
for response, status in ERRORS:
    detail = read(Error, response, status).detail
    assert "cursor" not in detail and "GraphQL" not in detail, detail

print("0 breaks")

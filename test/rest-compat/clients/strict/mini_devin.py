"""Mini-Devin: a whole scenario over REST and sockets, typed by the examples of its document."""

import json
import sys
from typing import Annotated, Any, Literal, Union

import requests
from pydantic import Field
from strict import Count, Moment, Open, Strict, Text, read, read_message, until
from websockets.sync.client import connect

BASE, EMAIL, PLACE, SANDBOX = sys.argv[1:5]
HAS_COMMANDS = SANDBOX != "unavailable"
SOCKETS = BASE.replace("http", "ws", 1)

Provider = Literal["openai", "anthropic", "ollama", "azure", "custom", "demo"]
TaskStatus = Literal["running", "completed", "failed", "stopped"]


class Health(Strict):
    status: Literal["healthy"]
    version: Text


class User(Strict):
    id: Text
    email: Text
    name: Text
    created_at: Moment


class Login(Strict):
    access_token: Text
    token_type: Literal["bearer"]
    expires_in: Literal[3600]


class ApiKey(Strict):
    id: Text
    name: Text
    key: Annotated[str, Field(pattern="^md_")]
    created_at: Moment
    expires_at: Moment


class Model(Strict):
    id: Text
    name: Text
    provider: Provider
    context_window: int
    supports_vision: bool
    supports_function_calling: bool


class Models(Strict):
    models: list[Model]


class ProviderState(Strict):
    id: Provider
    name: Text
    configured: bool
    models_count: Count


class Providers(Strict):
    providers: list[ProviderState]
    default_model: Text


class NewSession(Strict):
    id: Text
    name: Text
    status: Literal["active"]
    working_directory: Text
    created_at: Moment


class ListedSession(Strict):
    id: Text
    name: Text
    status: Literal["active"]
    created_at: Moment
    updated_at: Moment
    task_count: Count


class BriefTask(Strict):
    id: Text
    description: Text
    status: TaskStatus


class Session(NewSession):
    updated_at: Moment
    tasks: list[BriefTask]


class NewTask(Strict):
    id: Text
    description: Text
    status: Literal["running"]
    created_at: Moment


class ListedTask(Strict):
    id: Text
    description: Text
    status: TaskStatus
    created_at: Moment
    # null until it has ended.
    completed_at: Moment | None
    iterations: Annotated[int, Field(ge=1)]


class Step(Strict):
    id: Text
    description: Text
    status: Literal["pending", "in_progress", "completed"]


class Plan(Strict):
    steps: list[Step]


class Result(Strict):
    success: bool
    summary: Text
    # An addition, see docs/legacy/mini-devin.md.
    output: str | None


class Task(ListedTask):
    plan: Plan
    result: Result | None


class Stopped(Strict):
    id: Text
    status: Literal["stopped"]


class Artifact(Strict):
    id: Text
    name: Text
    type: Literal["plan", "diff", "file"]
    size: Count
    created_at: Moment


# Where a request could be for several APIs, an error has the members of all of them: docs/legacy/README.md.
class Error(Open if PLACE == "root" else Strict):
    detail: Text
    code: Text
    timestamp: Moment


class Token(Strict):
    type: Literal["token"]
    content: Text
    timestamp: Moment


class ToolCall(Strict):
    type: Literal["tool_call"]
    tool: Text
    input: dict[str, Any]
    timestamp: Moment


class ToolResult(Strict):
    type: Literal["tool_result"]
    tool: Text
    output: str
    success: bool
    timestamp: Moment


class PlanUpdate(Strict):
    type: Literal["plan_update"]
    plan: Plan
    timestamp: Moment


class Status(Strict):
    type: Literal["status"]
    status: TaskStatus
    message: Text
    timestamp: Moment


class SocketError(Strict):
    type: Literal["error"]
    error: Text
    code: Text
    timestamp: Moment


Message = Annotated[
    Union[Token, ToolCall, ToolResult, PlanUpdate, Status, SocketError], Field(discriminator="type")
]


def get(path, **query):
    return client.get(f"{BASE}{path}", params=query)


def post(path, body=None):
    return client.post(f"{BASE}{path}", json=body)


def new_task(session_id, description, model="gpt-4o"):
    body = {"description": description, "model": model, "run_mode": "offline"}
    return read(NewTask, post(f"/api/sessions/{session_id}/tasks", body))


def ended(task_id):
    return until(lambda: read(Task, get(f"/api/tasks/{task_id}")), lambda task: task.status != "running")


def follow(task_id, each=lambda message, socket: True):
    """All messages of a task, until it has ended or `each` says no."""
    with connect(f"{SOCKETS}/ws/tasks/{task_id}?token={token}", proxy=None) as socket:
        messages = []
        for text in socket:
            messages.append(read_message(Message, text))
            if each(messages[-1], socket) is False:
                break
        return messages


def text_of(messages):
    return "".join(message.content for message in messages if message.type == "token")


class RootHealth(Health, extra="allow"):
    """The server's own, which has more members."""


read(RootHealth if PLACE == "root" else Health, requests.get(f"{BASE}/health"))

account = {"email": EMAIL, "password": "securepassword", "name": "John Doe"}
assert read(User, requests.post(f"{BASE}/api/auth/register", json=account)).email == EMAIL
login = {"email": EMAIL, "password": "securepassword"}
token = read(Login, requests.post(f"{BASE}/api/auth/login", json=login)).access_token

client = requests.Session()
client.headers["Authorization"] = f"Bearer {token}"

# The bodies of the document, word for word.
documented = {"name": "My API Key", "expires_at": "2025-01-01T00:00:00Z"}
assert read(ApiKey, post("/api/auth/api-keys", documented)).expires_at == documented["expires_at"]
key = read(ApiKey, post("/api/auth/api-keys", {"name": "Later", "expires_at": "2100-01-01T00:00:00Z"})).key

models = read(Models, get("/api/models", provider="openai")).models
assert {model.provider for model in models} == {"openai"} and "gpt-4o" in [model.id for model in models]
providers = read(Providers, get("/api/providers"))
assert {provider.id for provider in providers.providers} >= {"openai", "anthropic", "ollama"}

session = read(NewSession, post("/api/sessions", {"name": "New Session", "working_directory": "/path/to/project"}))
assert session.working_directory == "/path/to/project"
assert session.id in [each.id for each in read(list[ListedSession], get("/api/sessions"))]

# A task, with its stream from the beginning.
task = new_task(session.id, "Fix the failing test in tests/test_api.py")
messages = follow(task.id)
kinds = {message.type for message in messages}
assert kinds == {"status", "tool_call", "tool_result", "plan_update"}, kinds
assert (messages[0].type, messages[0].status) == ("status", "running") and "beginning" in messages[0].message
assert (messages[-1].status, messages[-1].message) == ("completed", "Task completed successfully")
results = {message.tool: message for message in messages if message.type == "tool_result"}
assert [results[tool].success for tool in ("write_file", "terminal")] == [HAS_COMMANDS] * 2, results
assert results["terminal"].output.startswith("ok\n" if HAS_COMMANDS else "There is no tool terminal."), results
done = ended(task.id)
assert done.result.success and done.result.summary == "Fixed the test by updating the expected value"
assert [step.status for step in done.plan.steps] == ["completed", "completed"]
assert [each.id for each in read(list[ListedTask], get(f"/api/sessions/{session.id}/tasks"))] == [task.id]
whole = read(Session, get(f"/api/sessions/{session.id}"))
assert whole.working_directory == "/path/to/project" and [each.id for each in whole.tasks] == [task.id]

artifacts = {each.name: each for each in read(list[Artifact], get(f"/api/tasks/{task.id}/artifacts"))}
assert artifacts["plan.json"].type == "plan"
if HAS_COMMANDS:
    assert artifacts["diff.patch"].type == "diff"
    diff = get(f"/api/tasks/{task.id}/artifacts/{artifacts['diff.patch'].id}").text
    assert "+++ b/tests/test_api.py" in diff and "+ok" in diff, diff
else:
    assert set(artifacts) == {"plan.json"}, artifacts
download = get(f"/api/tasks/{task.id}/artifacts/{artifacts['plan.json'].id}")
assert download.status_code == 200 and download.headers["Content-Type"].startswith("application/json")
assert len(download.content) == artifacts["plan.json"].size and json.loads(download.content)["steps"]

# A connection that breaks: the first message of the next one says that the text begins again.
talk = new_task(session.id, "Talk", "gpt-4o@tokens=200,itl=5")
part = follow(talk.id, lambda message, _socket: message.type != "token")
again = follow(talk.id)
assert "beginning" in again[0].message and text_of(again).startswith(text_of(part)) and text_of(part)
assert ended(talk.id).result.output == text_of(again)


# Stopped over REST, and by the socket.
long = new_task(session.id, "Think for long", "gpt-4o@tokens=5000,itl=20")
assert read(Stopped, post(f"/api/tasks/{long.id}/stop")).id == long.id
assert ended(long.id).result.success is False


def stop(message, socket):
    if message.type == "token":
        socket.send(json.dumps({"type": "stop"}))


other = new_task(session.id, "Think for long", "gpt-4o@tokens=5000,itl=20")
assert follow(other.id, stop)[-1].status == "stopped"


def agree(message, socket):
    if message.type == "status" and message.message == "Proceed?":
        socket.send(json.dumps({"type": "input", "content": "Yes, proceed with the changes"}))


asking = new_task(session.id, "Ask first", "gpt-4o@key=asking")
assert follow(asking.id, agree)[-1].status == "completed"

failing = new_task(session.id, "Fail", "gpt-4o@fault=401")
last = follow(failing.id)[-2:]
assert [message.type for message in last] == ["error", "status"] and last[1].status == "failed"
assert ended(failing.id).result.success is False

# With the key alone.
client = requests.Session()
client.headers["X-API-Key"] = key
assert read(list[ListedSession], get("/api/sessions"))[0].task_count == 6

ERRORS = [
    (requests.get(f"{BASE}/api/sessions", headers={"Authorization": "Bearer eyJ"}), 401, "UNAUTHORIZED"),
    (get("/api/tasks/none/artifacts"), 404, "NOT_FOUND"),
    (get(f"/api/sessions/{session.id}0/tasks"), 404, "NOT_FOUND"),
    (post(f"/api/sessions/{session.id}/tasks", {"description": 5}), 422, "VALIDATION_ERROR"),
    (post("/api/sessions", {"name": "Out", "working_directory": "/path/../../etc"}), 422, "VALIDATION_ERROR"),
]
for response, status, code in ERRORS:
    assert read(Error, response, status).code == code, response.text
    for name in ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]:
        assert int(response.headers[name]) >= 0

deleted = client.delete(f"{BASE}/api/sessions/{session.id}")
assert (deleted.status_code, deleted.content) == (204, b""), deleted.text
assert read(Error, get(f"/api/sessions/{session.id}"), 404).code == "NOT_FOUND"

print("0 breaks")

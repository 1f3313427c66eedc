"""AMAS: a whole scenario over REST and its socket, typed by the examples of its document."""

import json
import sys
from typing import Annotated, Any, Literal

import requests
from pydantic import Field
from strict import Count, Decimal, Open, Share, Strict, Text, read, read_message, until
from websockets.sync.client import connect

BASE, USERNAME = sys.argv[1:3]
API = f"{BASE}/api/v1"
SOCKET = f"{BASE.replace('http', 'ws', 1)}/ws"

TaskStatus = Literal["pending", "in_progress", "completed", "failed", "cancelled"]


class Login(Strict):
    access_token: Annotated[str, Field(pattern="^eyJ")]
    token_type: Literal["bearer"]
    expires_in: Literal[1800]


class Prediction(Strict):
    success_probability: Share
    estimated_duration: Decimal
    quality_score_prediction: Share
    recommended_agents: list[Text]


class NewTask(Strict):
    id: Annotated[str, Field(pattern=r"^task_\d{8}_\d{6}_[0-9a-z]{8}$")]
    title: Text
    status: Literal["pending"]
    prediction: Prediction
    assigned_agents: list[Text]


class Task(Open):
    id: Text
    title: Text
    status: TaskStatus
    prediction: Prediction
    assigned_agents: list[Text]


class Agent(Open):
    id: Text
    status: Text


class Metrics(Strict):
    tasks_processed: Count
    tasks_completed: Count
    tasks_failed: Count
    average_task_time: Decimal


class OrchestratorStatus(Strict):
    orchestrator_status: Literal["active"]
    active_agents: Count
    active_tasks: Count
    total_tasks: Count
    metrics: Metrics
    agent_health: dict[str, Any]


class Health(Open):
    status: Literal["healthy"]


class Integration(Open):
    id: Text
    platform: Literal["github"]


class Error(Strict):
    detail: Text
    status_code: int
    error_code: Text


class Message(Open):
    event: Literal[
        "connected",
        "task_created",
        "task_execution_started",
        "task_progress",
        "agent_started",
        "agent_completed",
        "task_completed",
        "task_failed",
        "heartbeat",
    ]
    data: dict[str, Any]


def get(path):
    return requests.get(f"{API}{path}", headers=headers)


def post(path, body=None):
    return requests.post(f"{API}{path}", json=body, headers=headers)


def task_of(task_id):
    return read(Task, get(f"/tasks/{task_id}"))


def ended(task_id):
    return until(lambda: task_of(task_id), lambda task: task.status not in ["pending", "in_progress"])


headers = {}
assert read(Health, get("/system/health")).status == "healthy"
credentials = {"username": USERNAME, "password": "a good password"}
token = read(Login, post("/auth/login", credentials)).access_token
headers = {"Authorization": f"Bearer {token}"}

# The bodies of the document, word for word.
DOCUMENTED = {
    "title": "Security Scan",
    "description": "Scan example.com for vulnerabilities",
    "task_type": "security_scan",
    "target": "example.com",
    "priority": 5,
    "parameters": {},
}
OF_SDK = {"title": "Security Scan", "task_type": "security_scan", "target": "example.com"}
TO_PREDICT = {"task_type": "security_scan", "target": "example.com", "parameters": {}}

first = read(NewTask, post("/tasks", DOCUMENTED))
assert first.title == "Security Scan" and first.assigned_agents == ["security_expert"], first
assert first.prediction == read(Prediction, post("/predictions/predict/task", TO_PREDICT))
second = read(NewTask, post("/tasks", OF_SDK))

with connect(f"{SOCKET}?token={token}", proxy=None) as socket:

    def next_message(event, task_id=None):
        while True:
            message = read_message(Message, socket.recv(timeout=60))
            if message.event == "task_progress":
                assert type(message.data["percentage"]) is int, message
            if message.event == event and (task_id is None or message.data["task_id"] == task_id):
                return message

    next_message("connected")
    socket.send(json.dumps({"command": "ping"}))
    next_message("heartbeat")
    socket.send(json.dumps({"command": "subscribe_task", "task_id": first.id}))
    next_message("task_created", first.id)
    # A client that executes whatever is pending is never refused.
    for task_id in [first.id, second.id]:
        executed = read(Task, post(f"/tasks/{task_id}/execute"))
        assert executed.status != "pending", executed
        while task_of(task_id).status == "pending":
            read(Task, post(f"/tasks/{task_id}/execute"))
    next_message("task_execution_started", first.id)
    next_message("agent_started", first.id)
    next_message("agent_completed", first.id)
    next_message("task_completed", first.id)
    socket.send(json.dumps({"command": "unsubscribe_task", "task_id": first.id}))
    failing = read(NewTask, post("/tasks", {**OF_SDK, "parameters": {"model": "gpt-4o@fault=401"}}))
    read(Task, post(f"/tasks/{failing.id}/execute"))
    next_message("task_failed", failing.id)

for task_id, status in [(first.id, "completed"), (second.id, "completed"), (failing.id, "failed")]:
    task = ended(task_id)
    assert task.status == status, task
    # With a history, too, predictions are numbers.
assert read(NewTask, post("/tasks", DOCUMENTED)).prediction.estimated_duration > 0
for parameters in [{}, {"model": "gpt-4o"}]:
    for task_type in ["security_scan", "code", "gardening"]:
        read(Prediction, post("/predictions/predict/task", {"task_type": task_type, "parameters": parameters}))

agents = read(list[Agent], get("/agents"))
for agent_id in first.prediction.recommended_agents + first.assigned_agents:
    assert agent_id in [agent.id for agent in agents]
    assert read(Agent, get(f"/agents/{agent_id}")).id == agent_id

status = read(OrchestratorStatus, get("/system/orchestrator/status"))
assert (status.metrics.tasks_processed, status.metrics.tasks_failed) == (3, 1), status
assert status.total_tasks == 4 and "security_expert" in status.agent_health, status
read(dict[str, Any], get("/system/metrics"))

made = read(Integration, post("/integrations", {"platform": "github", "credentials": {"token": "ghp_0123456789"}}))
assert [each.id for each in read(list[Integration], get("/integrations"))] == [made.id]

anonymous = {"Authorization": "Bearer eyJ"}
ERRORS = [
    (requests.get(f"{API}/agents", headers=anonymous), 401, "AUTHENTICATION_REQUIRED"),
    (post("/tasks", {"title": "Security Scan", "task_type": 5}), 400, "VALIDATION_ERROR"),
    (get("/tasks/task_123"), 404, "TASK_NOT_FOUND"),
    (post("/tasks/task_123/execute"), 404, "TASK_NOT_FOUND"),
    (get("/agents/none"), 404, "AGENT_NOT_FOUND"),
]
for response, code, word in ERRORS:
    error = read(Error, response, code)
    assert (error.status_code, error.error_code) == (code, word), response.text

print("0 breaks")

"""A client whose models are those of the TheMachine document: other members and other types are errors."""

import sys
import time
from datetime import datetime
from typing import Annotated, Any, Literal

import requests
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

BASE = f"{sys.argv[1]}/api/v1"
HTTP = requests.Session()
HTTP.headers["Authorization"] = f"Bearer {sys.argv[2]}"


def zulu(moment: str) -> str:
    datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ")
    return moment


Moment = Annotated[str, AfterValidator(zulu)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Open(BaseModel):
    """Of which the document shows no example, or only a part."""

    model_config = ConfigDict(extra="allow", strict=True)


class Task(Strict):
    id: str
    type: Literal["code", "design", "test", "security", "analysis"]
    title: str
    description: str
    priority: Literal["low", "medium", "high", "critical"]
    status: Literal["pending", "in_progress", "completed", "failed"]
    progress: Annotated[float, Field(ge=0, le=1)]
    result: dict[str, Any] | None
    error: str | None
    cost: Annotated[float, Field(ge=0)]
    created_at: Moment
    updated_at: Moment
    completed_at: Moment | None


class SelectedModel(Strict):
    id: str
    name: str
    provider: Literal["openai", "anthropic", "local", "custom"]
    capabilities: list[Literal["text", "code", "reasoning", "planning", "vision", "audio"]]
    context_window: int
    cost_per_token: float


class Estimate(Strict):
    tokens: int
    cost: float


class Selection(Strict):
    selected_model: SelectedModel
    alternatives: list[SelectedModel]
    estimated_cost: Estimate


class Model(SelectedModel):
    model_config = ConfigDict(extra="allow")
    context_window: int | None


class Named(Open):
    id: str
    name: str


class Work(Open):
    id: str
    agent_id: str
    status: Literal["completed"]
    result: dict[str, Any]


class Execution(Open):
    id: str
    workflow_id: str
    status: Literal["pending", "in_progress", "completed", "failed", "cancelled"]


class Message(Strict):
    message: str


def ask(method, path, shape, body=None, status=200):
    response = HTTP.request(method, f"{BASE}{path}", json=body)
    assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
    return TypeAdapter(shape).validate_json(response.text)


def until_ended(path, shape):
    deadline = time.monotonic() + 60
    while (found := ask("GET", path, shape)).status in ("pending", "in_progress"):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    assert found.status == "completed", found
    return found


task = ask(
    "POST",
    "/tasks",
    Task,
    {
        "type": "code",
        "title": "Generate API endpoint",
        "description": "Create a new API endpoint for user authentication",
        "priority": "medium",
        "context": {"language": "python", "framework": "fastapi"},
    },
)
done = until_ended(f"/tasks/{task.id}", Task)
assert ask("GET", "/tasks?status=completed&type=code&limit=10&offset=0", list[Task]) == [done]
changed = ask("PATCH", f"/tasks/{task.id}", Task, {"title": "Updated task title", "status": "completed"})
assert changed.title == "Updated task title"
gone = ask("DELETE", f"/tasks/{task.id}", Message)
assert gone.message == f"Task {task.id} deleted successfully", gone

example = SelectedModel(
    id="gpt-4o-mini",
    name="GPT-4o Mini",
    provider="openai",
    capabilities=["text", "code", "reasoning", "planning"],
    context_window=128000,
    cost_per_token=0.00001,
)
model = ask("POST", "/models", Model, example.model_dump())
assert model in ask("GET", "/models?provider=openai&capability=planning&is_active=true", list[Model])
ask("GET", "/models", list[Model])
chosen = ask("POST", "/models/gpt-4o-mini/select", Selection, {"task_type": "code", "context_size": 5000})
assert chosen.selected_model == example and chosen.estimated_cost == Estimate(tokens=5000, cost=0.05), chosen
optimal = ask(
    "POST",
    "/orchestration/model-selection",
    Selection,
    {
        "task_type": "code",
        "required_capabilities": ["code", "reasoning"],
        "context_size": 10000,
        "cost_sensitivity": 0.7,
        "preferred_provider": "openai",
    },
)
assert example in [optimal.selected_model, *optimal.alternatives], optimal
assert ask("PATCH", "/models/gpt-4o-mini", Model, {"cost_per_token": 0.00002}).cost_per_token == 0.00002
ask("DELETE", "/models/gpt-4o-mini", Message)

agent = ask("POST", "/agents", Named, {"name": "React developer", "tools": []})
assert agent in ask("GET", "/agents", list[Named])
work = {"task": "Generate a React component", "model_id": "gpt-4o", "parameters": {"temperature": 0.7}}
assert ask("POST", f"/agents/{agent.id}/execute", Work, work).agent_id == agent.id
ask("DELETE", f"/agents/{agent.id}", Message)

# An agent that writes a file and runs a command, as far as the server can.
builder = ask("POST", "/agents", Named, {"name": "Builder", "tools": ["write_file", "terminal"]})
work = {"task": "Generate a React component", "model_id": "gpt-4o@key=builder"}
built = ask("POST", f"/agents/{builder.id}/execute", Work, work)
assert built.result["output"] == "Wrote the component", built

steps = [{"id": "read", "task": "Read {{ input.repository }}", "model_id": "gpt-4o"}]
workflow = ask("POST", "/orchestration/workflows", Named, {"name": "Review", "steps": steps})
assert ask("GET", "/orchestration/workflows", list[Named]) == [workflow]
execution = ask(
    "POST",
    "/orchestration/executions",
    Execution,
    {
        "workflow_id": workflow.id,
        "input_data": {"repository": "https://github.com/example/repo", "branch": "main"},
        "parameters": {"timeout": 3600},
    },
)
finished = until_ended(f"/orchestration/executions/{execution.id}", Execution)
assert ask("GET", "/orchestration/executions", list[Execution]) == [finished]

print("walked")

"""A client whose models are those of the OrchestrateX document: other members and other types are errors."""

import sys
import time
from datetime import datetime
from typing import Annotated, Literal

import requests
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

BASE = sys.argv[1]
USER = sys.argv[2]


def naive(moment: str) -> str:
    assert datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f").isoformat(timespec="microseconds") == moment
    return moment


Moment = Annotated[str, AfterValidator(naive)]
ObjectId = Annotated[str, Field(pattern="^[0-9a-f]{24}$")]


class Common(BaseModel):
    """What the document says of every answer."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: ObjectId = Field(alias="_id")
    created_at: Moment
    updated_at: Moment


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    preferred_models: list[str]
    cost_limit: float | None


class Session(Common):
    user_id: str
    session_start: Moment
    session_end: Moment | None
    max_iterations: int
    status: Literal["active", "completed"]
    total_cost: float
    settings: Settings


class Thread(Common):
    session_id: ObjectId
    original_prompt: str
    domain: str | None
    context: str | None


class Orchestration(Common):
    model_config = ConfigDict(extra="allow")
    thread_id: ObjectId
    status: str
    final_response: str | None


class Model(Common):
    name: str
    provider: str
    version: str
    specialties: list[str]
    cost_per_1k_tokens: float
    context_window: int | None
    status: Literal["active", "inactive"]


class Analytics(Common):
    model_config = ConfigDict(extra="allow")
    total_cost: float


class Error(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    detail: str
    status_code: int


def ask(method, path, shape, body=None, status=200):
    response = requests.request(method, f"{BASE}{path}", json=body)
    assert response.status_code == status, f"{method} {path}: {response.status_code} {response.text}"
    return TypeAdapter(shape).validate_json(response.text)


prompt = "Write a Python function to calculate fibonacci numbers"
settings = {"preferred_models": ["gpt4", "claude"], "cost_limit": 10.0}
session = ask(
    "POST", "/api/sessions/", Session, {"user_id": USER, "max_iterations": 5, "settings": settings}, 201
)
assert ask("GET", f"/api/sessions/{session.id}", Session) == session
assert ask("GET", f"/api/sessions/user/{USER}", list[Session]) == [session]

example = {
    "session_id": session.id,
    "original_prompt": prompt,
    "domain": "coding",
    "context": "This is for a beginner programming tutorial",
}
thread = ask("POST", "/api/threads/", Thread, example)
assert ask("GET", f"/api/threads/{thread.id}", Thread) == thread
assert ask("GET", f"/api/threads/session/{session.id}", list[Thread]) == [thread]

orchestration = ask(
    "POST",
    "/api/orchestration/start",
    Orchestration,
    {
        "thread_id": thread.id,
        "prompt": prompt,
        "settings": {
            "max_iterations": 5,
            "preferred_models": ["gpt4", "claude"],
            "evaluation_threshold": 8.0,
        },
    },
)
deadline = time.monotonic() + 60
while orchestration.status in ("pending", "running"):
    assert time.monotonic() < deadline, orchestration
    time.sleep(0.1)
    orchestration = ask("GET", f"/api/orchestration/status/{orchestration.id}", Orchestration)
assert orchestration.status == "completed" and orchestration.final_response, orchestration

for model in ask("GET", "/api/models/", list[Model]):
    assert ask("GET", f"/api/models/{requests.utils.quote(model.name, safe='')}", Model) == model
ask("GET", f"/api/analytics/session/{session.id}", Analytics)
ask("GET", f"/api/analytics/user/{USER}", Analytics)
closed = ask("PATCH", f"/api/sessions/{session.id}/status", Session, {"status": "completed"})
assert closed.status == "completed" and closed.session_end is not None, closed

ask("POST", "/api/threads/", Error, example, 400)
ask("GET", f"/api/threads/{'0' * 24}", Error, status=404)
ask("POST", "/api/sessions/", Error, {}, 422)

print("walked")

"""Walks the OrchestrateX document from its first line to its last, as somebody would who has only read that."""

import re
import sys
import time
from datetime import datetime, timezone

import requests

BASE = sys.argv[1]
USER = sys.argv[2]


def parse(moment):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", moment), moment
    parsed = datetime.fromisoformat(moment)
    assert parsed.tzinfo is None
    assert abs((datetime.now(timezone.utc).replace(tzinfo=None) - parsed).total_seconds()) < 600, moment


def common(answer):
    assert re.fullmatch("[0-9a-f]{24}", answer["_id"]), answer
    parse(answer["created_at"])
    parse(answer["updated_at"])
    return answer


def refused(response, status):
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"detail", "status_code"} and body["status_code"] == status, body


created = requests.post(
    f"{BASE}/api/sessions/",
    json={
        "user_id": USER,
        "max_iterations": 5,
        "settings": {"preferred_models": ["gpt4", "claude"], "cost_limit": 10.0},
    },
)
assert created.status_code == 201, created.text
session = common(created.json())
parse(session["session_start"])
assert session["user_id"] == USER
assert session["session_end"] is None
assert session["max_iterations"] == 5
assert session["status"] == "active"
assert session["total_cost"] == 0.0
assert session["settings"] == {"preferred_models": ["gpt4", "claude"], "cost_limit": 10.0}

one = requests.get(f"{BASE}/api/sessions/{session['_id']}")
assert one.status_code == 200 and one.json() == session, one.text
listed = requests.get(f"{BASE}/api/sessions/user/{USER}")
assert listed.status_code == 200 and listed.json() == [session], listed.text

example = {
    "session_id": session["_id"],
    "original_prompt": "Write a Python function to calculate fibonacci numbers",
    "domain": "coding",
    "context": "This is for a beginner programming tutorial",
}
thread = common(requests.post(f"{BASE}/api/threads/", json=example).json())
assert {name: thread[name] for name in example} == example, thread
assert requests.get(f"{BASE}/api/threads/{thread['_id']}").json() == thread
assert requests.get(f"{BASE}/api/threads/session/{session['_id']}").json() == [thread]

started = requests.post(
    f"{BASE}/api/orchestration/start",
    json={
        "thread_id": thread["_id"],
        "prompt": "Write a Python function to calculate fibonacci numbers",
        "settings": {
            "max_iterations": 5,
            "preferred_models": ["gpt4", "claude"],
            "evaluation_threshold": 8.0,
        },
    },
)
assert started.status_code == 200, started.text
orchestration = common(started.json())
assert orchestration["thread_id"] == thread["_id"]

deadline = time.monotonic() + 60
while orchestration["status"] in ("pending", "running"):
    assert time.monotonic() < deadline, orchestration
    time.sleep(0.1)
    status = requests.get(f"{BASE}/api/orchestration/status/{orchestration['_id']}")
    assert status.status_code == 200, status.text
    orchestration = common(status.json())
assert orchestration["status"] == "completed", orchestration
assert orchestration["final_response"] == "def fibonacci(n, memo={}):", orchestration
assert orchestration["iterations"] == 2 and orchestration["final_score"] == 9.2, orchestration
assert orchestration["total_cost"] > 0, orchestration

models = requests.get(f"{BASE}/api/models/")
assert models.status_code == 200, models.text
by_name = {model["name"]: model for model in models.json()}
for name, provider in (("gpt4", "openai"), ("claude", "anthropic")):
    model = by_name[name]
    assert model["provider"] == provider and model["status"] == "active", model
    assert model["specialties"] and model["cost_per_1k_tokens"] > 0 and model["context_window"] > 0, model
    assert model["version"], model
    assert requests.get(f"{BASE}/api/models/{name}").json() == model

analytics = requests.get(f"{BASE}/api/analytics/session/{session['_id']}")
assert analytics.status_code == 200, analytics.text
assert abs(analytics.json()["total_cost"] - orchestration["total_cost"]) < 1e-9, analytics.text
assert {model["model_name"] for model in analytics.json()["models"]} == {"gpt4", "claude"}, analytics.text
of_user = requests.get(f"{BASE}/api/analytics/user/{USER}")
assert of_user.status_code == 200 and of_user.json()["total_orchestrations"] == 1, of_user.text

done = requests.patch(f"{BASE}/api/sessions/{session['_id']}/status", json={"status": "completed"})
assert done.status_code == 200, done.text
assert done.json()["_id"] == session["_id"] and done.json()["status"] == "completed", done.text
parse(done.json()["session_end"])
assert abs(done.json()["total_cost"] - orchestration["total_cost"]) < 1e-9, done.text

refused(requests.get(f"{BASE}/api/threads/{'0' * 24}"), 404)
refused(requests.post(f"{BASE}/api/sessions/", json={}), 422)
refused(requests.post(f"{BASE}/api/threads/", json=example), 400)

print("walked")

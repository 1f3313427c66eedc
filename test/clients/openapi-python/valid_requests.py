"""Fails when a request that matches its schema is refused, unless for one of the reasons in `valid-requests.toml`.

schemathesis itself can only accept a status for an operation, which would hide every other reason for that status.
"""

import re
import tomllib
from pathlib import Path

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

REASONS = tomllib.loads(Path(__file__).with_name("valid-requests.toml").read_text())


@schemathesis.check
def schema_valid_request_is_accepted(ctx, response, case):
    if response.status_code in (400, 422) and has_reason(response, case):
        return None
    return positive_data_acceptance(ctx, response, case)


def has_reason(response, case):
    api = case.operation.schema.raw_schema["info"]["title"]
    known = [
        re.compile(problem)
        for entry in [*REASONS["every API"], *REASONS.get(api, [])]
        if case.operation.label in entry.get("operations", [case.operation.label])
        for problem in entry["problems"]
    ]
    # A response lists all problems of a request: `name: is required; priority: must be 1 to 10`.
    problems = re.split(r"; (?=[\w.]+: )", response.json()["detail"])
    return all(any(pattern.search(problem) for pattern in known) for problem in problems)

"""Types for clients that are typed strictly from the JSON examples of a document, and shared functions."""

import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Open(BaseModel):
    """An object that the document shows only in part."""

    model_config = ConfigDict(strict=True, extra="allow")


def with_decimal_point(value):
    if type(value) is not float:
        raise ValueError("is written without a decimal point")
    return value


Text = Annotated[str, Field(min_length=1)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Decimal = Annotated[float, BeforeValidator(with_decimal_point)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


def read(model, response, status=200):
    """The body of a response, as the model; any difference is an error."""
    where = f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:500]}"
    assert response.status_code == status, where
    assert response.headers["Content-Type"].split(";")[0] == "application/json", where
    try:
        return TypeAdapter(model).validate_json(response.content, strict=True)
    except ValueError as error:
        raise AssertionError(f"{where}\n{error}") from error


def read_message(model, text):
    """A message of a socket, as one of the models."""
    try:
        return TypeAdapter(model).validate_json(text, strict=True)
    except ValueError as error:
        raise AssertionError(f"{text[:500]}\n{error}") from error


def until(look, is_it, seconds=60):
    """Polls, as the clients of the documents do."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if is_it(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)

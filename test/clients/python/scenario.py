"""The scenario over HTTP with aiohttp and over a WebSocket with websockets."""

import asyncio
import json
import sys

from gql import Client, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

LOGIN = gql("mutation ($input: LoginInput!) { login(input: $input) { token } }")
SESSIONS = gql("{ sessions(first: 10) { nodes { id name } } }")
CREATE_TASK = gql("mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }")
TEXT = gql("subscription ($id: ID!) { text(taskId: $id) { seq text isRestart } }")
TASK = gql("query ($id: ID!) { task(id: $id) { status output finishReason } }")
TASKS = gql(
    "query ($after: String) { tasks(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"
)


def asked(document, **variables):
    document.variable_values = variables
    return document


async def run(url, email, password, model):
    async with Client(transport=AIOHTTPTransport(url=url)) as nobody:
        login = await nobody.execute(asked(LOGIN, input={"email": email, "password": password}))
    headers = {"authorization": f"Bearer {login['login']['token']}"}
    http = Client(transport=AIOHTTPTransport(url=url, headers=headers), fetch_schema_from_transport=True)
    socket = Client(
        transport=WebsocketsTransport(url=url.replace("http", "ws", 1), init_payload=headers),
    )
    async with http as client:
        sessions = await client.execute(asked(SESSIONS))
        created = await client.execute(asked(CREATE_TASK, input={"prompt": "Say something.", "model": model}))
        task_id = created["createTask"]["task"]["id"]
        async with socket as live:
            text = ""
            async for part in live.subscribe(asked(TEXT, id=task_id)):
                text = ("" if part["text"]["isRestart"] else text) + part["text"]["text"]
            # The same socket answers queries.
            over_socket = await live.execute(asked(TASK, id=task_id))
        task = await client.execute(asked(TASK, id=task_id))
        assert over_socket == task, over_socket
        pages, info = [], {"hasNextPage": True, "endCursor": None}
        while info["hasNextPage"]:
            tasks = (await client.execute(asked(TASKS, after=info["endCursor"])))["tasks"]
            pages.append([node["id"] for node in tasks["nodes"]])
            info = tasks["pageInfo"]
    return {
        "sessions": [node["name"] for node in sessions["sessions"]["nodes"]],
        "id": task_id,
        "text": text,
        "task": task["task"],
        "pages": pages,
    }


print(json.dumps(asyncio.run(run(*sys.argv[1:]))))

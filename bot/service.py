"""The guide within this process: the same turns as over HTTP, for `ask`, `evaluate` and tests."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog
from rasa_sdk.executor import ActionExecutor

from bot.models import Manifest, current, verified_path
from bot.safety.gate import SafetyGate
from bot.web.turn import Incoming, Person, Replies
from bot.web.turns import Turns
from knowledge.clinics import DEMO
from knowledge.guide import guide


class _ActionsHere(EndpointConfig):
    """The action server without the network: runs the same actions in this process."""

    def __init__(self) -> None:
        super().__init__("http://localhost/in-process")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        return await self._executor.run(kwargs["json"])


class Service:
    """Answers messages with a model, the current one by default.

    Raises ModelUnusable at the start.
    """

    def __init__(self, manifest: Manifest | None = None) -> None:
        # Rasa used as a library would log every message in clear.
        configure_structlog(logging.ERROR)
        logging.getLogger("rasa").setLevel(logging.ERROR)
        logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
        model = verified_path(manifest or current())
        self._agent = Agent(
            tracker_store=InMemoryTrackerStore(None),
            lock_store=InMemoryLockStore(),
            action_endpoint=_ActionsHere(),
        )
        self._agent.load_model(str(model))
        self._guide = guide()
        self.turns = Turns(self._guide, SafetyGate(), self._tell, self.parse, secrets.token_hex())

    async def _tell(self, message: UserMessage) -> Any:
        return await self._agent.handle_message(message)

    async def ask(self, text: str, person: Person | None = None) -> Replies:
        """The replies to a text, in a fresh conversation unless `person` is in one."""
        return await self.turns.answer(
            person or someone(), Incoming(secrets.token_hex(8), text=text)
        )

    async def choose(self, choice: str, person: Person) -> Replies:
        """The replies to a choice that was offered to that person."""
        return await self.turns.answer(person, Incoming(secrets.token_hex(8), choice=choice))

    def forget(self, person: Person) -> None:
        """Erase the replies of a conversation."""
        self._guide.replies.erase(person.conversation)

    async def parse(self, text: str) -> dict[str, Any]:
        """What the NLU pipeline makes of a text."""
        return dict(await self._agent.parse_message(text))


def someone(locale: str = "en") -> Person:
    """A person in a fresh conversation."""
    return Person(f"local-{secrets.token_hex(8)}", DEMO.id, locale)


def ask_once(text: str) -> Replies:
    """Start a service, ask, and leave nothing behind."""
    service = Service()
    person = someone()
    try:
        return asyncio.run(service.ask(text, person))
    finally:
        service.forget(person)

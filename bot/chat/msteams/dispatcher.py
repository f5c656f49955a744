"""Asks the handlers, answers Teams, and sees to the rest once the answer has left."""

import logging
from dataclasses import replace

from bot.chat.after_response import Afterwards
from bot.chat.msteams.action_data import Act, Place, Stand
from bot.chat.msteams.directory_cache import Acquaintances, Remembered
from bot.chat.msteams.inbound import lifecycle, requests
from bot.chat.msteams.inbound.guard import NotKeptError
from bot.chat.msteams.inbound.payloads import INVOKES, Kind
from bot.chat.msteams.inbound.requests import Asked, Where
from bot.chat.msteams.outbound import invoke_response
from bot.chat.msteams.outbound.invoke_response import Body
from bot.chat.msteams.outbound.responder import Posting
from bot.chat.msteams.render.card_factory import Showing, as_form
from bot.chat.request_body import Payload
from bot.conversation import Answer, Invalid, Later, News, Reply, Request, Routes
from bot.elements import Form, Home, Message, Text
from bot.logs import trouble

logger = logging.getLogger("attune.msteams")


class Door:
    """Every activity goes in here, and what Teams is to answer at once comes out.

    What a person wrote is answered in a call of its own, after their handler has kept what
    must not be lost; what they did on a card is answered in the reply. It raises
    NotKeptError and nothing else.
    """

    def __init__(
        self,
        routes: Routes,
        showing: Showing,
        posting: Posting,
        acquaintances: Acquaintances,
        afterwards: Afterwards,
    ) -> None:
        """Route by *routes*; show by *showing*; call through *posting* in *afterwards*."""
        self._routes = routes
        self._showing = showing
        self._posting = posting
        self._acquaintances = acquaintances
        self._afterwards = afterwards
        self._seen: Remembered[str, bool] = Remembered()

    async def receive(self, kind: Kind, payload: Payload, service: str) -> Body:
        """Return the body of the answer to one activity; ``{}`` acknowledges and says no more."""
        try:
            await self._hear(kind, payload, service)
            if kind in INVOKES:
                return await self._acted(kind, payload, service)
            if kind is Kind.MESSAGE and self._is_first(payload):
                await self._written(payload, service)
        except NotKeptError:
            raise
        except Exception as error:  # noqa: BLE001 - Teams is answered, whatever broke
            trouble(logger, "teams.not_served", error, kind=kind.value)
        return {}

    async def _hear(self, kind: Kind, payload: Payload, service: str) -> None:
        """Keep what an activity tells beside what it asks."""
        met = self._acquaintances.meet(payload, service)
        told = lifecycle.read(kind, payload, service)
        for one in told:
            if not await self._told(one):
                raise NotKeptError
            if one.kind == "gone" and (person := requests.person(payload)):
                self._acquaintances.forget(person)
        for one in () if told else met:
            person = requests.person(payload)
            if not await self._told(one) and person:
                self._acquaintances.forget(person)

    async def _told(self, one: News) -> bool:
        try:
            await self._routes.news(one)
        except Exception as error:  # noqa: BLE001 - it is told again
            trouble(logger, "teams.news_not_kept", error, kind=one.kind)
            return False
        return True

    def _is_first(self, payload: Payload) -> bool:
        """Whether a message was not delivered before; one delivered twice is answered once."""
        return self._seen.put(f"{payload['conversation']['id']} {payload['id']}", value=True)

    async def _written(self, payload: Payload, service: str) -> None:
        asked = requests.message(payload, service, self._routes.keywords)
        if asked.where is Where.PUBLIC:
            language = self._showing.language(asked.request.locale)
            sentence = self._showing.say(language, "private.away")
            self._afterwards.begin(self._posting.point_away(asked, sentence))
        elif asked.request.person.id:
            answer = self._answer(asked.act) if asked.table else None
            reply = await self._ask(answer or self._routes.home, asked.request)
            self._afterwards.begin(self._follow_up(reply, asked))

    async def _follow_up(self, reply: Reply, asked: Asked) -> None:
        language = await self._routes.language(asked.request)
        try:
            await self._posting.put(reply, asked, language)
        except Exception as error:  # noqa: BLE001 - whatever broke, the person is told
            trouble(logger, "teams.not_shown", error)
            apology = await self._apology(replace(asked.request, inside_form=False))
            await self._posting.own_up(apology, asked, language)

    async def _acted(self, kind: Kind, payload: Payload, service: str) -> Body:
        carried = requests.carried(kind, payload)
        if carried is None:
            return {}
        asked = requests.acted(kind, payload, service, carried, self._routes.keywords)
        answer = self._answer(asked.act)
        if answer is None:
            return {}
        reply = await self._finished(await self._ask(answer, asked.request))
        return await self._answered(reply, asked)

    async def _answered(self, reply: Reply, asked: Asked) -> Body:
        language = await self._routes.language(asked.request)
        if isinstance(reply, Invalid):
            return await self._refused(reply, asked, language)
        if isinstance(reply, Message | Form | Home):
            return self._shown(reply, asked, language)
        return {} if asked.where is Where.DIALOG else self._put_away(asked, language)

    def _shown(self, reply: Message | Form | Home, asked: Asked, language: str) -> Body:
        """Show a reply in the place of the card that was acted upon, or in the dialog.

        Nothing of it stays in the chat: no message is ever changed there.
        """
        dialog, title = asked.where is Where.DIALOG, asked.stand.title
        place = Place.DIALOG if dialog else asked.stand.place
        if not isinstance(reply, Form) and place in {Place.DIALOG, Place.FORM}:
            reply = as_form(reply, title or self._showing.say(language, "manifest.name"))
        opened_by = None
        if isinstance(reply, Form):
            title, place = reply.title, place if dialog else Place.FORM
            opened_by = asked.act if reply.submit else None
        stand = Stand(place, title=title, opened_by=opened_by)
        card = self._showing.card(reply, stand, asked.request.person.workspace, language)
        return invoke_response.card(card, title, asked.where)

    async def _refused(self, told: Invalid, asked: Asked, language: str) -> Body:
        """Show the form again with what cannot be kept under its fields.

        The form is asked for once more as it was opened; where that is no longer possible,
        the sentences stand alone.
        """
        workspace, opened_by = asked.request.person.workspace, asked.stand.opened_by
        form = await self._opened_again(asked) if opened_by else None
        if form is None or form.name != asked.act.name:
            sentences = tuple(Text(one) for one in told.errors.values())
            return await self._answered(Message(sentences[0].text, sentences), asked)
        card = self._showing.again(form, asked.stand, told, asked.act, workspace, language)
        return invoke_response.card(card, form.title, asked.where)

    async def _opened_again(self, asked: Asked) -> Form | None:
        act = asked.stand.opened_by
        answer = self._answer(act) if act else None
        if act is None or answer is None:
            return None
        request = requests.request_of(act, asked.request, channel=asked.way.conversation)
        reply = await self._finished(await self._ask(answer, request))
        return reply if isinstance(reply, Form) else None

    def _put_away(self, asked: Asked, language: str) -> Body:
        """Leave what opens a form afresh in the place of the form that was put away."""
        opened_by, workspace = asked.stand.opened_by, asked.request.person.workspace
        if opened_by is None:
            done = self._showing.say(language, "private.done")
            reply, stand = Message(done, (Text(done),)), Stand(Place.MESSAGE)
            card = self._showing.card(reply, stand, workspace, language)
        else:
            form = Form(asked.act.name, asked.stand.title, ())
            card = self._showing.launcher(form, opened_by, workspace, language)
        return invoke_response.card(card, asked.stand.title, asked.where)

    def _answer(self, act: Act) -> Answer | None:
        tables = {
            "commands": self._routes.commands,
            "forms": self._routes.forms,
            "buttons": self._routes.buttons,
        }
        return tables[act.table].get(act.name)

    async def _ask(self, answer: Answer, request: Request) -> Reply:
        try:
            return await answer(request)
        except Exception as error:  # noqa: BLE001 - the person is told in their own language
            trouble(logger, "teams.handler_failed", error)
            return await self._apology(request)

    async def _finished(self, reply: Reply) -> Reply:
        while isinstance(reply, Later):
            reply = await reply.work()
        return reply

    async def _apology(self, request: Request) -> Reply:
        """Return what went wrong in the person's language, or in English if all else fails."""
        try:
            return await self._routes.unexpected(request)
        except Exception as error:  # noqa: BLE001 - whatever is broken, silence is worse
            trouble(logger, "teams.no_apology", error)
            sentence = self._showing.say("en", "error.unexpected")
            return Message(sentence, (Text(sentence),))

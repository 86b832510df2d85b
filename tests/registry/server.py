"""The replaying registry: an HTTP server over recorded studies, with faults on demand."""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from knowledge.places import distance_km
from knowledge.trials.recording import recorded_records
from knowledge.trials.records import STATUSES
from tests.registry.essie import Refused, area_text, matches
from tests.registry.faults import LOST_FIELDS, Fault, broken, send
from tests.registry.fields import chosen_fields, sorted_studies

#: The day of the recording; the registry's own time of it is not known.
DATA_TIMESTAMP = "2026-08-22T00:00:00"
_HERE = Path(__file__).parent

Study = dict[str, Any]

_QUERIES = ["cond", "term", "locn", "titles", "intr", "outc", "spons", "lead", "id", "patient"]
_FILTERS = ["overallStatus", "geo", "ids", "advanced", "synonyms"]
_KNOWN = {
    "format", "markupFormat", "aggFilters", "geoDecay", "fields", "sort", "countTotal", "pageSize",
    "pageToken",
    *(f"query.{name}" for name in _QUERIES),
    *(f"{when}.{name}" for when in ("filter", "postFilter") for name in _FILTERS),
}  # fmt: skip
_KNOWN_FOR_ONE = {"format", "markupFormat", "fields"}
_NCT = re.compile(r"[Nn][Cc][Tt]0*[1-9]\d{0,7}")
_GEO = re.compile(r"distance\((-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?),(\d+(?:\.\d+)?)(km|mi)?\)")
_MOST_PER_PAGE = 1000
_USUAL_PER_PAGE = 10


@lru_cache(maxsize=1)
def recorded_studies() -> dict[str, Study]:
    """All recorded studies by NCT number: those that the product brings along, and others."""
    with gzip.open(_HERE / "others.jsonl.gz", "rt", encoding="utf-8") as lines:
        return _by_number([*recorded_records(), *(json.loads(line) for line in lines)])


@lru_cache(maxsize=1)
def studies_of_april() -> dict[str, Study]:
    """The studies of the list of 2026-04-25 with the statuses and dates that they had then.

    What else of them has changed since is as in August; the one that has left is as it was.
    """
    april = json.loads((_HERE / "april.json").read_text(encoding="utf-8"))
    studies = {**copy.deepcopy(recorded_studies()), **april["gone"]}
    for nct_id, (status, date) in april["statuses"].items():
        module = studies[nct_id]["protocolSection"]["statusModule"]
        module["overallStatus"] = status
        module["lastUpdatePostDateStruct"] = {"date": date}
    return {nct_id: studies[nct_id] for nct_id in april["statuses"]}


def _by_number(studies: Any) -> dict[str, Study]:
    return {s["protocolSection"]["identificationModule"]["nctId"]: s for s in studies}


class ReplayRegistry:
    """Runs the server for as long as the context lasts.

    studies: what it holds (the recorded ones by default). fault: what goes wrong from now on.
    data_timestamp: what `/version` says. certificate: of a server that speaks TLS, with its key, as
    PEM. requests: the paths asked for, with the time of each.
    """

    def __init__(
        self,
        port: int = 0,
        studies: Mapping[str, Study] | None = None,
        fault: Fault = "",
        certificate: Path | None = None,
    ) -> None:
        self.studies: dict[str, Study] = dict(recorded_studies() if studies is None else studies)
        self.fault: Fault = fault
        self.data_timestamp = DATA_TIMESTAMP
        self.requests: list[str] = []
        self.asked_at: list[float] = []
        self.user_agents: set[str] = set()
        self._texts: dict[tuple[str, str], str] = {}
        self._ended = threading.Event()
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._scheme = "http" if certificate is None else "https"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}/api/v2"

    @property
    def ended(self) -> bool:
        """Is the server being stopped?"""
        return self._ended.is_set()

    @property
    def aliases(self) -> dict[str, str]:
        """Former numbers of studies, each with the number that it has now."""
        return {
            alias: nct_id
            for nct_id, study in self.studies.items()
            for alias in study["protocolSection"]["identificationModule"].get("nctIdAliases", [])
        }

    def __enter__(self) -> ReplayRegistry:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    # -- what the API says

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, str, str]:
        """Status, media type and body for a request."""
        try:
            if path == "/version":
                return _json({"apiVersion": "2.0.5", "dataTimestamp": self.data_timestamp})
            if path == "/studies":
                return _json(self._search(params))
            if path.startswith("/studies/"):
                return self._one(path.removeprefix("/studies/"), params)
        except Refused as refused:
            return 400, "text/plain", str(refused)
        return 404, "text/html", "<html><head><title>404 Not Found</title></head></html>"

    def _one(self, asked: str, params: Mapping[str, str]) -> tuple[int, str, str]:
        _refuse_unknown(params, _KNOWN_FOR_ONE)
        if not _NCT.fullmatch(asked):
            raise Refused("NCT Number has incorrect format")
        nct_id = f"NCT{int(asked[3:]):08d}"
        if nct_id in self.aliases:
            return 301, f"/api/v2/studies/{self.aliases[nct_id]}", ""
        if nct_id not in self.studies:
            return 404, "text/plain", f"NCT number {nct_id} not found"
        study = chosen_fields(self.studies[nct_id], params.get("fields"))
        return _json(self._drifted({"studies": [study]})["studies"][0])

    def _search(self, params: Mapping[str, str]) -> dict[str, Any]:
        _refuse_unknown(params, _KNOWN)
        if params.get("format", "json") != "json":
            raise Refused("Parameter `format` has incorrect format")
        found = sorted_studies(
            [study for study in self.studies.values() if self._matches(study, params)],
            params.get("sort"),
        )
        size = _page_size(params.get("pageSize"))
        start = _start(params)
        if self.fault == "shifted" and start:
            start -= 1  # a study was added in front while the pages were read
        shown = [chosen_fields(s, params.get("fields")) for s in found[start : start + size]]
        page: dict[str, Any] = {"studies": shown}
        if start + size < len(found):
            page["nextPageToken"] = f"{start + size:x}.{_question(params)}"
        if params.get("countTotal") == "true" and start == 0:
            page["totalCount"] = len(found)
        return self._drifted(page)

    def _matches(self, study: Study, params: Mapping[str, str]) -> bool:
        queries = {
            name.removeprefix("query."): value
            for name, value in params.items()
            if name.startswith("query.") and value.strip()
        }
        for name, value in queries.items():
            if not matches(value, partial(self._text, study, name), name):
                return False
        if queries and all(_only_numbers(value) for value in queries.values()):
            return True  # the registry then ignores every filter
        return all(
            _passes(study, filter_, params.get(f"{when}.{filter_}"))
            for when in ("filter", "postFilter")
            for filter_ in _FILTERS
        )

    def _text(self, study: Study, area: str) -> str:
        key = (study["protocolSection"]["identificationModule"]["nctId"], area)
        if key not in self._texts:
            self._texts[key] = area_text(study, area)
        return self._texts[key]

    def _drifted(self, page: dict[str, Any]) -> dict[str, Any]:
        """The page with what a fault makes of its content."""
        if self.fault == "token_loop":
            page["nextPageToken"] = "0.loop"
        if self.fault == "renamed_enum":
            text = json.dumps(page).replace('"RECRUITING"', '"ENROLLING_NOW"')
            page = json.loads(text)
        if self.fault == "nameless":
            page["studies"] = [{"protocolSection": {}} for _ in page["studies"]]
        if self.fault == "half":
            page["studies"] = page["studies"][: len(page["studies"]) // 3]
            page["totalCount"] = len(page["studies"])
        if self.fault in LOST_FIELDS:
            lost = f'"{LOST_FIELDS[self.fault]}"'
            page = json.loads(json.dumps(page).replace(lost, '"renamed"'))
        if self.fault == "twice":
            page["studies"] = [*page["studies"], *page["studies"][:1]]
        if self.fault == "dates_ahead":
            posted = r'("lastUpdatePostDateStruct": \{"date": ")\d{4}'
            page = json.loads(re.sub(posted, r"\g<1>2099", json.dumps(page)))
        if self.fault == "fewer":
            page["studies"] = page["studies"][:-20]
        return page

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._ended.wait(seconds)


# -- parameters


def _refuse_unknown(params: Mapping[str, str], known: set[str]) -> None:
    for name in params:
        if name not in known:
            raise Refused(f"`{name}` is unknown parameter")


def _only_numbers(query: str) -> bool:
    return all(_NCT.fullmatch(word) for word in re.split(r"[\s,|]+|\bOR\b", query) if word)


def _passes(study: Study, name: str, value: str | None) -> bool:
    if not value:
        return True
    protocol = study["protocolSection"]
    if name == "overallStatus":
        wanted = _items(value, "filter.overallStatus", lambda item: item in STATUSES)
        return protocol["statusModule"]["overallStatus"] in wanted
    if name == "ids":
        numbers = _items(value, "filter.ids", lambda item: bool(_NCT.fullmatch(item)))
        identity = protocol["identificationModule"]
        own = {identity["nctId"], *identity.get("nctIdAliases", [])}
        return any(f"NCT{int(number[3:]):08d}" in own for number in numbers)
    if name == "geo":
        return _near(protocol, value)
    if name == "advanced":
        return matches(value, lambda: "", "advanced", study)
    return True


def _items(value: str, name: str, right: Callable[[str], bool]) -> list[str]:
    items = re.split(r"[|,]", value)
    for number, item in enumerate(items, 1):
        if not right(item):
            raise Refused(f"Item {number} in parameter `{name}` has incorrect format")
    return items


def _near(protocol: Study, value: str) -> bool:
    """Any site counts, whatever its status: the registry's own trap."""
    match = _GEO.fullmatch(value)
    if not match:
        raise Refused("Parameter `filter.geo` has incorrect format")
    latitude, longitude, radius = (float(part) for part in match.groups()[:3])
    most = radius * (1.0 if match.group(4) == "km" else 1.609344)
    points = [
        site["geoPoint"]
        for site in protocol.get("contactsLocationsModule", {}).get("locations", [])
        if "geoPoint" in site
    ]
    return any(distance_km(latitude, longitude, p["lat"], p["lon"]) <= most for p in points)


def _page_size(value: str | None) -> int:
    if value is not None and not value.isdigit():
        raise Refused("Parameter `pageSize` has incorrect format")
    return min(int(value or 0) or _USUAL_PER_PAGE, _MOST_PER_PAGE)


def _question(params: Mapping[str, str]) -> str:
    """What must stay the same from page to page."""
    free = {"countTotal", "pageSize", "pageToken"}
    kept = sorted((name, value) for name, value in params.items() if name not in free)
    return f"{hash(tuple(kept)) & 0xFFFFFFFF:08x}"


def _start(params: Mapping[str, str]) -> int:
    token = params.get("pageToken")
    if not token:
        return 0
    start, _, question = token.partition(".")
    if question == "loop":
        return 0
    if question != _question(params) or not re.fullmatch(r"[0-9a-f]+", start):
        raise Refused("Parameter `pageToken` has incorrect format")
    return int(start, 16)


def _json(found: Any) -> tuple[int, str, str]:
    return 200, "application/json", json.dumps(found)


# -- HTTP


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Quiet: a client that hangs up is part of the tests."""


def _handler(registry: ReplayRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "replay"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            registry.requests.append(self.path)
            registry.asked_at.append(time.monotonic())
            registry.user_agents.add(self.headers.get("User-Agent", ""))
            path = parts.path.removeprefix("/api/v2")
            with contextlib.suppress(OSError):
                if not broken(self, registry, path):
                    params = dict(parse_qsl(parts.query, keep_blank_values=True))
                    send(self, *registry.answer(path, params))

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler

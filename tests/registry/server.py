"""The replaying registry: an HTTP server over recorded studies, with faults on demand."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

DATA_TIMESTAMP = "2026-08-22T09:00:06"

Fault = Literal[
    "", "503", "429", "403", "silence", "drip", "truncated", "wrong_shape", "html", "empty",
    "redirect_elsewhere", "token_loop", "not_utf8", "renamed_enum", "nameless",
]  # fmt: skip

_QUERIES = "cond term locn titles intr outc spons lead id patient".split()
_KNOWN = {
    "format", "markupFormat", "fields", "sort", "countTotal", "pageSize", "pageToken",
    "filter.overallStatus", "filter.geo", "filter.ids", "filter.advanced", "filter.synonyms",
    "postFilter.overallStatus", "postFilter.geo", "postFilter.ids", "postFilter.advanced",
    "postFilter.synonyms", "aggFilters", "geoDecay", *(f"query.{name}" for name in _QUERIES),
}  # fmt: skip
_STATUSES = set(
    """ACTIVE_NOT_RECRUITING COMPLETED ENROLLING_BY_INVITATION NOT_YET_RECRUITING RECRUITING
    SUSPENDED TERMINATED WITHDRAWN AVAILABLE NO_LONGER_AVAILABLE TEMPORARILY_NOT_AVAILABLE
    APPROVED_FOR_MARKETING WITHHELD UNKNOWN""".split()
)
_NCT = re.compile(r"^[Nn][Cc][Tt]0*[1-9]\d{0,7}$")


class _Refused(Exception):
    """A 400 with the registry's own sentence."""


@lru_cache(maxsize=1)
def recorded_studies() -> dict[str, dict[str, Any]]:
    """All recorded studies by NCT number."""
    path = Path(__file__).parent / "studies.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        studies = [json.loads(line) for line in lines]
    return {s["protocolSection"]["identificationModule"]["nctId"]: s for s in studies}


class ReplayRegistry:
    """Runs the server for as long as the context lasts.

    studies: what it holds (the recorded ones by default). fault: what goes wrong from now on.
    data_timestamp: what `/version` says. requests: the paths asked for so far.
    """

    def __init__(
        self, port: int = 0, studies: dict[str, dict[str, Any]] | None = None, fault: Fault = ""
    ) -> None:
        self.studies = dict(recorded_studies() if studies is None else studies)
        self.fault: Fault = fault
        self.data_timestamp = DATA_TIMESTAMP
        self.requests: list[str] = []
        self.user_agents: set[str] = set()
        self.aliases: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/api/v2"

    def __enter__(self) -> ReplayRegistry:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                registry.requests.append(self.path)
                registry.user_agents.add(self.headers.get("User-Agent", ""))
                if not _broken(self, registry):
                    _answer(self, registry)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        return Handler


# -- right answers


def _answer(request: BaseHTTPRequestHandler, registry: ReplayRegistry) -> None:
    parts = urlsplit(request.path)
    path = parts.path.removeprefix("/api/v2")
    params = {name: values[-1] for name, values in parse_qs(parts.query, True).items()}
    try:
        if path == "/version":
            found: Any = {"apiVersion": "2.0.5", "dataTimestamp": registry.data_timestamp}
        elif path == "/studies":
            found = _search(registry, params)
        elif path.startswith("/studies/"):
            return _one(request, registry, path.removeprefix("/studies/"))
        else:
            return _send(request, 404, "Not Found", "text/plain")
    except _Refused as refused:
        return _send(request, 400, str(refused), "text/plain")
    return _send(request, 200, json.dumps(found), "application/json")


def _one(request: BaseHTTPRequestHandler, registry: ReplayRegistry, asked: str) -> None:
    if not _NCT.match(asked):
        return _send(request, 400, "Parameter `nctId` has incorrect format", "text/plain")
    nct_id = asked.upper()
    if nct_id in registry.aliases:
        request.send_response(301)
        request.send_header("Location", f"/api/v2/studies/{registry.aliases[nct_id]}")
        request.send_header("Content-Length", "0")
        request.end_headers()
        return None
    study = registry.studies.get(nct_id)
    if study is None:
        return _send(request, 404, f"NCT number {nct_id} not found", "text/plain")
    if registry.fault == "renamed_enum":
        study = json.loads(json.dumps(study).replace('"RECRUITING"', '"ENROLLING_NOW"'))
    return _send(request, 200, json.dumps(study), "application/json")


def _search(registry: ReplayRegistry, params: dict[str, str]) -> dict[str, Any]:
    for name in params:
        if name not in _KNOWN:
            raise _Refused(f"`{name}` is unknown parameter")
    for name in ("filter.overallStatus",):
        for status in filter(None, re.split(r"[|,]", params.get(name, ""))):
            if status not in _STATUSES:
                raise _Refused(f"Item 1 in parameter `{name}` has incorrect format")
    found = [s for s in registry.studies.values() if _matches(s, params)]
    size = int(params.get("pageSize", "10") or 10) or 10
    size = min(size, 1000)
    start = int(params["pageToken"].removeprefix("token")) if params.get("pageToken") else 0
    page: dict[str, Any] = {"studies": found[start : start + size]}
    if start + size < len(found):
        page["nextPageToken"] = f"token{start + size}"
    if params.get("countTotal") == "true" and not start:
        page["totalCount"] = len(found)
    if registry.fault == "token_loop":
        page["nextPageToken"] = "token1"
    if registry.fault == "renamed_enum":
        page = json.loads(json.dumps(page).replace('"RECRUITING"', '"ENROLLING_NOW"'))
    if registry.fault == "nameless":
        page["studies"] = [{"protocolSection": {}} for _ in page["studies"]]
    return page


def _matches(study: dict[str, Any], params: dict[str, str]) -> bool:
    protocol = study["protocolSection"]
    queries = {name: value for name, value in params.items() if name.startswith("query.") and value}
    only_numbers = bool(queries) and all(
        all(_NCT.match(word) for word in value.split()) for value in queries.values()
    )
    for name, value in queries.items():
        if not _essie(value, _area(study, name.removeprefix("query.")), name):
            return False
    if only_numbers:
        return True  # the registry then ignores every filter
    ids = params.get("filter.ids")
    if ids and protocol["identificationModule"]["nctId"] not in re.split(r"[|,]", ids):
        return False
    statuses = params.get("filter.overallStatus")
    if statuses and protocol["statusModule"]["overallStatus"] not in re.split(r"[|,]", statuses):
        return False
    advanced = params.get("filter.advanced")
    return not advanced or _advanced(protocol, advanced)


def _area(study: dict[str, Any], name: str) -> str:
    protocol = study["protocolSection"]
    identity = json.dumps(protocol.get("identificationModule", {}))
    conditions = json.dumps(
        [protocol.get("conditionsModule", {}), study.get("derivedSection", {})], ensure_ascii=False
    )
    if "studyType" not in protocol.get("designModule", {}):
        # Rebuilt from tables that a CAR-T search of the registry had filled; their full texts,
        # in which the words stand, are not recorded.
        identity += " CAR-T chimeric antigen receptor autoimmune"
    if name == "cond":
        text = conditions + identity
    elif name == "intr":
        text = json.dumps(protocol.get("armsInterventionsModule", {})) + identity + conditions
    elif name == "titles":
        text = identity
    elif name == "id":
        text = protocol["identificationModule"]["nctId"]
    elif name == "locn":
        text = json.dumps(protocol.get("contactsLocationsModule", {}), ensure_ascii=False)
    else:
        text = json.dumps(protocol, ensure_ascii=False)
    return _plain(text)


def _essie(query: str, text: str, name: str) -> bool:
    """A small part of Essie: OR, implied AND, quoted phrases; words match by their beginning."""
    if "[" in query or "]" in query:
        raise _Refused(
            f"Error parsing query in {name}: mismatched input '[' expecting {{<EOF>, '(', ','}}"
        )
    if query.count("(") != query.count(")"):
        raise _Refused(f"Error parsing query in {name}: missing ')' at '<EOF>'")
    for alternative in re.split(r"\s+OR\s+", query.replace("(", " ").replace(")", " ")):
        phrases = re.findall(r'"([^"]*)"', alternative)
        words = re.sub(r'"[^"]*"', " ", alternative).replace(" AND ", " ").split()
        if all(f" {_plain(part).strip()}" in text for part in (*phrases, *words)):
            return True
    return False


def _advanced(protocol: dict[str, Any], expression: str) -> bool:
    wanted = re.fullmatch(r"AREA\[(\w+)\](?:RANGE\[([^,]+),\s*([^\]]+)\]|(.+))", expression)
    if wanted is None:
        raise _Refused("Error parsing query in advanced filter: mismatched input")
    area, low, high, value = wanted.groups()
    if area == "LastUpdatePostDate":
        date = protocol["statusModule"].get("lastUpdatePostDateStruct", {}).get("date")
        return date is not None and (low == "MIN" or date >= low) and (high == "MAX" or date <= high)
    if area == "StudyType":
        return protocol.get("designModule", {}).get("studyType") == value
    raise _Refused(f"Error parsing query in advanced filter: Unknown area name: `{area}`")


def _plain(text: str) -> str:
    return " " + " ".join(re.sub(r"[^\w]+", " ", text.casefold()).split())


# -- wrong answers


def _broken(request: BaseHTTPRequestHandler, registry: ReplayRegistry) -> bool:
    """Play the fault that is set; False where there is none to play here."""
    fault = registry.fault
    if fault in {"503", "429", "403"}:
        request.send_response(int(fault))
        if fault == "429":
            request.send_header("Retry-After", "1")
        request.send_header("Content-Length", "0")
        request.end_headers()
    elif fault == "silence":
        time.sleep(30)
    elif fault == "drip":
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", "100000")
        request.end_headers()
        try:
            for _ in range(60):
                request.wfile.write(b" ")
                request.wfile.flush()
                time.sleep(0.5)
        except OSError:
            pass
    elif fault == "truncated":
        _send(request, 200, '{"studies": [{"protocolSec', "application/json")
    elif fault == "wrong_shape":
        _send(request, 200, '{"results": 5}', "application/json")
    elif fault == "html":
        _send(request, 200, "<html><body>maintenance</body></html>", "text/html")
    elif fault == "not_utf8":
        _send(request, 200, "\udcff\udcfe", "application/json")
    elif fault == "empty" and "/version" not in request.path:
        _send(request, 200, '{"studies": []}', "application/json")
    elif fault == "redirect_elsewhere":
        request.send_response(302)
        request.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        request.send_header("Content-Length", "0")
        request.end_headers()
    else:
        return False
    return True


def _send(request: BaseHTTPRequestHandler, status: int, body: str, media_type: str) -> None:
    raw = body.encode("utf-8", "surrogateescape")
    request.send_response(status)
    request.send_header("Content-Type", media_type)
    request.send_header("Content-Length", str(len(raw)))
    request.end_headers()
    request.wfile.write(raw)

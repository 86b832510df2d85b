"""What a person reads of trials: every limit said aloud, every listing dated, nothing promised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone

import pytest
from sqlalchemy.engine import Engine

from knowledge.clinics import DEMO
from knowledge.curated.reading import read_content
from knowledge.database import Base, open_engine
from knowledge.places import Place, find_places, place
from knowledge.replies.compose import Composer
from knowledge.replies.reply import Reply
from knowledge.replies.setting import Named, Setting
from knowledge.replies.trials import TrialReplies
from knowledge.replies.wording import distance
from knowledge.trials.client import RegistryClient, RegistryError
from knowledge.trials.filters import KM_PER_MILE, Filters
from knowledge.trials.lookup import lookup
from knowledge.trials.mirror import Mirror
from knowledge.trials.news import news
from knowledge.trials.search import search
from tests.conftest import free_port
from tests.registry import ReplayRegistry, studies_of_april

CONTENT = read_content()
REPLIES = TrialReplies(Composer(lambda: CONTENT), recorded=False)
EN, ES = Setting(DEMO), Setting(DEMO, "es", "es")
LUPUS = Named("lupus")
AUGUST = datetime(2026, 8, 22, tzinfo=timezone.utc)


def city(name: str) -> Place:
    (mention,) = find_places(name)
    return mention.place


LEEDS, OMAHA = city("Leeds"), city("Omaha")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A mirror that saw the registry in April and in August 2026."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('told') / 'knowledge.sqlite'}")
    Base.metadata.create_all(engine)
    names = {id_: each.registry + each.mesh for id_, each in CONTENT.conditions.items()}
    with ReplayRegistry() as registry:
        mirror = Mirror(engine, RegistryClient(registry.url, pause_s=0), names)
        august = registry.studies
        april = datetime(2026, 4, 25, tzinfo=timezone.utc)
        for studies, day in ((dict(studies_of_april()), april), (august, AUGUST)):
            registry.studies = studies
            registry.data_timestamp = f"{day:%Y-%m-%d}T00:00:00"
            mirror._clock = lambda day=day: day
            mirror.refresh()
    yield engine
    engine.dispose()


def listed(
    engine: Engine,
    here: Place | None = None,
    setting: Setting = EN,
    named: Named | None = LUPUS,
    in_miles: bool = False,
    **filters: object,
) -> Reply:
    found = search(
        engine,
        conditions=[named.id] if named else [],
        place=here,
        filters=Filters(**filters),  # type: ignore[arg-type]
        in_miles=in_miles,
        now=AUGUST,
    )
    return REPLIES.listing(found, setting, named, here)


# -- the listing


def test_every_limit_is_said_aloud(followed: Engine) -> None:
    reply = listed(
        followed, LEEDS, radius_km=2000.0, age_years=20, cells="own", phases=("PHASE1", "PHASE2")
    )
    told = reply.text.splitlines()[0]
    for said in ("within 2000 km of Leeds", "include 20", "own cells (autologous)", "phase 1/2"):
        assert said in told
    assert "distance" in told


def test_a_radius_is_said_in_the_unit_it_was_asked_in(followed: Engine) -> None:
    text = listed(followed, OMAHA, radius_km=100 * KM_PER_MILE, in_miles=True, age_years=9).text
    assert "within 100 miles of Omaha" in text
    assert "Within 2000 miles: 1." in text
    assert "For other ages: " in text


@pytest.mark.parametrize(
    ("locale", "country", "said"),
    [("en", "US", "10,874 miles"), ("en", "DE", "17,500 km"), ("es", "DE", "17\xa0500 km"),
     ("es", "MX", "17\xa0500 km")],
)  # fmt: skip
def test_long_distances_are_grouped_as_no_reader_can_mistake(
    locale: str, country: str, said: str
) -> None:
    assert distance(17500.0, country, locale) == said
    assert distance(5000.0, "DE", locale) == "5000 km"


def test_in_spanish_everything_is_said_in_spanish(followed: Engine) -> None:
    text = listed(followed, LEEDS, ES, radius_km=300.0, age_years=30, cells="donor").text
    for said in ("a menos de 300 km de Leeds", "límites de edad", "donante", "recluta"):
        assert said in text
    assert "{" not in text


def test_in_spanish_places_statuses_and_units_have_spanish_names(followed: Engine) -> None:
    counts = search(followed, conditions=["lupus"]).countries
    assert f"Por país: China {counts['China']}, Estados Unidos {counts['United States']}" in (
        listed(followed, setting=ES).text
    )
    waiting = listed(followed, setting=ES, statuses=("NOT_YET_RECRUITING",)).text
    assert "«Aún sin reclutar»" in waiting
    in_london = listed(followed, city("London"), ES).text
    assert "cerca de Londres" in in_london
    assert "Con un centro que recluta en el Reino Unido" in in_london
    assert "millas, por ciudad)" in in_london
    assert "títulos son los del registro, en inglés" in in_london
    everything = " ".join((listed(followed, setting=ES).text, in_london))
    for english in ("United States", "United Kingdom", "miles,", "Recruiting", "early 1"):
        assert english not in everything


def test_trials_are_counted_by_country(followed: Engine) -> None:
    everywhere = listed(followed).text
    counts = search(followed, conditions=["lupus"]).countries
    assert f"By country: China {counts['China']}, United States {counts['United States']}" in (
        everywhere
    )
    near = search(followed, conditions=["lupus"], place=OMAHA)
    assert f"With a recruiting site in the United States: {near.in_country}." in (
        listed(followed, OMAHA).text
    )


def test_trials_not_yet_recruiting_are_offered_apart(followed: Engine) -> None:
    waiting = search(followed, conditions=["lupus"]).not_yet_recruiting
    assert f"{waiting} not yet recruiting" in listed(followed).text
    asked = listed(followed, statuses=("NOT_YET_RECRUITING",))
    assert f'"Not yet recruiting": {waiting}.' in asked.text
    assert {card["status"] for card in asked.trials or []} == {"NOT_YET_RECRUITING"}


def test_what_is_not_car_t_is_named_as_what_it_is(followed: Engine) -> None:
    text = listed(followed).text
    assert "CAR-NK cells (natural killer cells) rather than T cells (NCT06010472" in text
    assert "follow-up study" in text
    assert "doesn't say whether these are CAR-T: NCT06980597" in text


def test_a_listing_is_dated_and_no_recommendation(followed: Engine) -> None:
    for setting in (EN, ES):
        for reply in (listed(followed, setting=setting), listed(followed, LEEDS, setting)):
            assert "2026" in reply.text
            assert reply.experimental and reply.experimental in reply.text
            assert [source["id"] for source in reply.sources] == ["clinicaltrials-gov"]
            assert reply.listing is not None
            assert reply.listing["checked_at"] == "2026-08-22T00:00:00Z"
    assert "not a recommendation" in listed(followed).text


def test_recorded_data_that_came_along_are_said_to_be_that(tmp_path: object) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/first.sqlite")
    Base.metadata.create_all(engine)
    client = RegistryClient(f"http://127.0.0.1:{free_port()}/api/v2", pause_s=0)
    with pytest.raises(RegistryError):
        Mirror(engine, client, {"lupus": ["lupus"]}).refresh()
    reply = REPLIES.listing(search(engine, conditions=["lupus"]), EN, LUPUS, None)
    assert "recorded registry data of 22 August 2026" in reply.text
    assert reply.listing is not None
    assert reply.listing["live"] is False
    one = lookup(engine, client, "NCT06193889", budget_s=1.0)
    assert "recorded registry data of 22 August 2026" in REPLIES.details(one, EN, None, None).text


def test_near_me_asks_for_a_city_and_promises_to_drop_the_code() -> None:
    asked = REPLIES.where(EN, LUPUS)
    assert (asked.kind, asked.topic) == ("question", "find_trials")
    assert "city" in asked.text
    again = REPLIES.where(ES, LUPUS, unknown_postcode=True)
    assert "código postal" in again.text
    assert "ciudad" in again.text


# -- one trial


def told(
    nct_id: str, here: Place | None = None, from_clinic: bool = False, setting: Setting = EN
) -> Reply:
    engine = open_engine("sqlite:///:memory:")
    with ReplayRegistry() as registry:
        client = RegistryClient(registry.url, pause_s=0)
        found = lookup(engine, client, nct_id, here)
    return REPLIES.details(found, setting, None, here, from_clinic)


def test_a_trial_is_told_in_plain_words() -> None:
    text = told("NCT06193889", LEEDS).text
    for said in (
        'lists it as "Recruiting": it is taking people now.',
        "Phase 2/3: it gathers first data on whether it works",
        "The cells are the person's own (autologous).",
        "Run by Kyverna Therapeutics.",
        "Nearest recruiting sites: Cambridge University Hospital",
        "Ages 18 to 75.",
        "Last updated on the registry: 29 July 2026.",
        "https://clinicaltrials.gov/study/NCT06193889",
    ):
        assert said in text


def test_a_trial_in_spanish_says_what_stays_in_english() -> None:
    text = told("NCT06193889", LEEDS, setting=ES).text
    for said in (
        "(título del registro, en inglés)",
        "El registro lo muestra como «En reclutamiento»: admite participantes ahora.",
        "Fase 2/3: reúne los primeros datos",
        "Qué se administra (en inglés, como en el registro)",
        "Reino Unido",
        "De 18 a 75 años.",
        "Última actualización en el registro: 29 de julio de 2026.",
    ):
        assert said in text
    assert "United Kingdom" not in text


def test_why_a_trial_stopped_is_quoted() -> None:
    text = told("NCT07006805").text
    assert "called off before anybody joined" in text
    assert 'own words: "The study was withdrawn prior to site activation' in text


def test_a_number_that_a_clinic_gave_is_checked_against_the_registry() -> None:
    real = told("NCT06193889", from_clinic=True).text
    assert "Kyverna Therapeutics runs it, with sites in: United States" in real
    assert "not among its listed sites" in real
    false = told("NCT99999999", from_clinic=True).text
    assert "found no study with the number NCT99999999" in false
    other = told("NCT06010472", from_clinic=True).text
    assert "not a CAR-T study" in other
    assert "Changhai Hospital runs it" in other


def test_of_an_unclear_product_nothing_is_claimed() -> None:
    text = told("NCT06980597").text
    assert "does not say plainly whether this is CAR-T" in text
    assert "not a CAR-T study" not in text


# -- what changed


def test_changes_are_counted_and_told_one_by_one(followed: Engine) -> None:
    found = news(followed, date(2026, 8, 1), conditions=["lupus"], now=AUGUST)
    reply = REPLIES.news(found, EN, LUPUS, None)
    first = reply.text.splitlines()[0]
    assert first.startswith("Since 1 August 2026, among CAR-T trials for lupus: 2 new")
    assert 'Was "Recruiting", is now "Active, not recruiting" (3 August 2026).' in reply.text
    assert "NCT07053800" in reply.text
    assert reply.listing == {
        "checked_at": "2026-08-22T00:00:00Z", "live": True, "total": len(found.changes),
    }  # fmt: skip


def test_no_change_is_said_to_be_none(followed: Engine) -> None:
    found = news(followed, date(2026, 8, 22), conditions=["graves"], now=AUGUST)
    reply = REPLIES.news(found, ES, Named("graves"), place("country/US"))
    assert "no he visto cambios" in reply.text
    assert "{" not in reply.text


def test_before_our_history_we_say_that_we_can_not_tell(followed: Engine) -> None:
    reply = REPLIES.news(news(followed, date(2020, 1, 1)), EN, None, None)
    assert "I have followed the registry since 25 April 2026" in reply.text
    assert "These are 10 of " in reply.text

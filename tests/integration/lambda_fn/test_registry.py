"""The registry on S3: immutable artefacts, conditional routing, verified loads."""

import json

import pytest
from mypy_boto3_s3 import S3Client

from lambda_fn.contract import ROUTING_KEY
from lambda_fn.registry import Artefact, Registry
from lambda_fn.scoring.errors import ArtefactRejected, ModelUnavailable, RegistryConflict, RoutingBroken
from lambda_fn.scoring.offers.assignment import KEY_BYTES
from tests import factories
from tests.integration.conftest import REGISTRY_BUCKET

FIRST = "v20260701T120000-00000001"
SECOND = "v20260702T120000-00000002"
THIRD = "v20260703T120000-00000003"


@pytest.fixture
def registry(s3: S3Client) -> Registry:
    registry = Registry(REGISTRY_BUCKET, s3)
    for version in (FIRST, SECOND, THIRD):
        registry.publish(Artefact(*factories.artefact(version)))
    return registry


def test_what_is_published_is_loaded_back_verified(registry: Registry) -> None:
    manifest, files = factories.artefact(FIRST)
    assert registry.versions() == [FIRST, SECOND, THIRD]
    loaded = registry.load(FIRST)
    assert loaded.manifest == manifest
    assert loaded.onnx == files["model.onnx"]


def test_a_version_is_written_once(registry: Registry) -> None:
    with pytest.raises(RegistryConflict, match=FIRST):
        registry.publish(Artefact(*factories.artefact(FIRST)))


def test_publishing_refuses_a_file_that_does_not_match_its_checksum(registry: Registry) -> None:
    manifest, _ = factories.artefact("v20260704T120000-00000004")
    with pytest.raises(ArtefactRejected, match="checksum"):
        registry.publish(Artefact(manifest, {"model.onnx": b"something else"}))
    assert len(registry.versions()) == 3


def test_loading_refuses_a_file_that_was_changed(registry: Registry, s3: S3Client) -> None:
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=f"models/{FIRST}/model.onnx", Body=b"tampered")
    with pytest.raises(ArtefactRejected, match="checksum"):
        registry.load(FIRST)


def test_loading_refuses_a_manifest_that_belongs_to_another_version(registry: Registry, s3: S3Client) -> None:
    other = s3.get_object(Bucket=REGISTRY_BUCKET, Key=f"models/{SECOND}/manifest.json")["Body"].read()
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=f"models/{FIRST}/manifest.json", Body=other)
    with pytest.raises(ArtefactRejected, match=f"says it is {SECOND}"):
        registry.load(FIRST)


def test_before_the_first_promotion_there_is_no_champion(registry: Registry) -> None:
    with pytest.raises(ModelUnavailable, match="no model is promoted yet"):
        registry.routing()


def test_promotion_and_roll_back_walk_the_history(registry: Registry) -> None:
    assert registry.promote(FIRST).champion == FIRST
    assert registry.promote(SECOND).champion == SECOND
    assert registry.promote(THIRD, why="an urgent cure").champion == THIRD
    routing, _ = registry.routing()
    assert [(change.champion, change.why) for change in routing.history] == [
        (None, None),
        (FIRST, None),
        (SECOND, "an urgent cure"),
    ]
    assert registry.roll_back().champion == SECOND
    assert registry.roll_back().champion == FIRST
    # And the log still tells what was undone, and why it had been done
    assert [(done.action, done.version, done.why) for done in registry.routing()[0].log] == [
        ("promoted", FIRST, None),
        ("promoted", SECOND, None),
        ("promoted", THIRD, "an urgent cure"),
        ("rolled back", THIRD, None),
        ("rolled back", SECOND, None),
    ]
    with pytest.raises(ModelUnavailable, match="first champion"):
        registry.roll_back()


def test_promoting_the_champion_again_changes_nothing(registry: Registry) -> None:
    registry.promote(FIRST)
    before = registry.routing()
    registry.promote(FIRST)
    assert registry.routing() == before


def test_a_reason_to_promote_the_champion_again_is_recorded_and_leads_nowhere_back(registry: Registry) -> None:
    registry.promote(FIRST)
    registry.promote(SECOND)
    registry.challenge(THIRD, 0.1, "a bold idea")
    # When the champion is kept, with a reason
    routing = registry.promote(SECOND, "the idea was not that good")
    # Then the experiment is over, the reasons are kept, and the way back is the one it was
    assert (routing.champion, routing.challenger) == (SECOND, None)
    assert [(done.action, done.version, done.why) for done in routing.log[-2:]] == [
        ("challenger", THIRD, "a bold idea"),
        ("promoted", SECOND, "the idea was not that good"),
    ]
    assert registry.roll_back().champion == FIRST


def test_who_asked_for_a_change_is_written_into_the_routing(registry: Registry) -> None:
    # Given one who promotes, one who experiments, one who sets the groups, and one who takes it back
    registry.promote(FIRST, who="ann")
    registry.promote(SECOND, "better", who="bob")
    registry.challenge(THIRD, 0.1, who="cid")
    registry.assign(0.02, None, who="dan")
    registry.roll_back(who="eve")
    # Then each is recorded beside what was done
    routing, _ = registry.routing()
    assert [(done.action, done.who) for done in routing.log] == [
        ("promoted", "ann"),
        ("promoted", "bob"),
        ("challenger", "cid"),
        ("assignment", "dan"),
        ("rolled back", "eve"),
    ]
    assert [(change.champion, change.who) for change in routing.history] == [(None, "ann")]


def test_a_version_that_was_never_published_is_not_promoted(registry: Registry) -> None:
    with pytest.raises(ModelUnavailable, match="v20200101T000000-ffffffff"):
        registry.promote("v20200101T000000-ffffffff")


def test_a_challenger_gets_its_share_until_the_experiment_ends(registry: Registry) -> None:
    registry.promote(FIRST)
    routing = registry.challenge(SECOND, 0.1)
    assert (routing.champion, routing.challenger, routing.challenger_share) == (FIRST, SECOND, 0.1)
    routing = registry.challenge(None, 0.1)
    assert (routing.champion, routing.challenger, routing.challenger_share) == (FIRST, None, 0.0)
    with pytest.raises(RegistryConflict, match="is the champion"):
        registry.challenge(FIRST, 0.1)


def test_two_promoters_cannot_overwrite_each_other(
    registry: Registry, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a promoter that read the routing
    registry.promote(FIRST)
    stale = registry.routing()
    monkeypatch.setattr(registry, "routing", lambda: stale)
    # When another one promotes before it writes
    Registry(REGISTRY_BUCKET, s3).promote(SECOND)
    # Then the first is refused, and nothing is lost
    with pytest.raises(RegistryConflict, match=ROUTING_KEY):
        registry.promote(THIRD)
    assert Registry(REGISTRY_BUCKET, s3).routing()[0].champion == SECOND


def test_an_unchanged_routing_is_not_sent_again(registry: Registry) -> None:
    registry.promote(FIRST)
    _, etag = registry.routing()
    assert registry.routing_unless(etag) is None
    registry.promote(SECOND)
    changed = registry.routing_unless(etag)
    assert changed is not None
    assert changed[0].champion == SECOND


@pytest.mark.parametrize("body", [b"", b"{}", json.dumps({"champion": FIRST, "challenger_share": 7}).encode()])
def test_a_routing_that_makes_no_sense_is_refused(registry: Registry, s3: S3Client, body: bytes) -> None:
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY, Body=body)
    with pytest.raises(RoutingBroken, match=ROUTING_KEY):
        registry.routing()


def test_what_a_later_release_wrote_into_the_routing_is_ignored_and_kept(registry: Registry, s3: S3Client) -> None:
    # Given a routing with a field, and an action, of a later release
    done = {"at": "2027-01-01T00:00:00Z", "action": "paused", "version": FIRST, "by": "somebody"}
    later = {"champion": FIRST, "quiet_hours": [22, 6], "log": [done]}
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY, Body=json.dumps(later).encode())
    # When this release promotes
    assert registry.promote(SECOND).champion == SECOND
    # Then the field and the action are still there
    written = json.loads(s3.get_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY)["Body"].read())
    assert written["quiet_hours"] == [22, 6]
    assert written["log"][0] == {**done, "why": None, "who": None}
    assert [entry["action"] for entry in written["log"]] == ["paused", "promoted"]


def test_a_routing_of_an_unknown_format_is_refused(registry: Registry, s3: S3Client) -> None:
    body = json.dumps({"champion": FIRST, "format_version": 2}).encode()
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY, Body=body)
    with pytest.raises(RoutingBroken, match=ROUTING_KEY):
        registry.routing()


def test_a_bucket_that_does_not_exist_is_told_without_s3_errors(s3: S3Client) -> None:
    with pytest.raises(ModelUnavailable, match="no model is promoted yet"):
        Registry("absent", s3).routing()
    with pytest.raises(ModelUnavailable, match="bucket does not exist"):
        Registry("absent", s3).versions()
    with pytest.raises(ModelUnavailable, match="bucket does not exist"):
        Registry("absent", s3).publish(Artefact(*factories.artefact(FIRST)))


def test_a_routing_is_made_with_a_key_and_nobody_is_left_without_an_offer(registry: Registry) -> None:
    routing = registry.promote(FIRST)
    assert len(bytes.fromhex(routing.assignment_key or "")) == KEY_BYTES
    assert (routing.assignment.control_share, routing.assignment.explore_share) == (0.0, 0.0)
    assert str(routing.assignment_key) not in repr(routing)
    assert str(routing.assignment_key) not in routing.assignment.model_dump_json()


def test_control_group_and_exploration_outlive_promotions_challengers_and_roll_backs(registry: Registry) -> None:
    # Given a routing with a control group and exploration
    registry.promote(FIRST)
    asked = registry.assign(0.02, 0.05, "the loop begins")
    assert (asked.control_share, asked.explore_share, asked.assignment_version) == (0.02, 0.05, 2)
    # When models come and go
    registry.promote(SECOND)
    registry.challenge(THIRD, 0.1)
    registry.roll_back()
    # Then the same shoppers are left without an offer
    routing, _ = registry.routing()
    assert (routing.champion, routing.challenger) == (FIRST, None)
    assert routing.assignment == asked.assignment
    assert routing.assignment_key == asked.assignment_key
    assert [(done.action, done.why) for done in routing.log if done.action == "assignment"] == [
        ("assignment", "the loop begins")
    ]


def test_one_share_is_changed_and_the_other_kept(registry: Registry) -> None:
    registry.promote(FIRST)
    registry.assign(0.02, 0.05)
    routing = registry.assign(None, 0.1)
    assert (routing.control_share, routing.explore_share, routing.assignment_version) == (0.02, 0.1, 3)


def test_a_routing_of_an_earlier_release_loads_without_groups_and_gets_a_key_when_it_is_changed(
    registry: Registry, s3: S3Client
) -> None:
    s3.put_object(Bucket=REGISTRY_BUCKET, Key=ROUTING_KEY, Body=json.dumps({"champion": FIRST}).encode())
    routing, _ = registry.routing()
    assert routing.assigner() is None
    assert (routing.assignment.control_share, routing.assignment.key_id) == (0.0, "")
    assert registry.assign(0.02, None).assigner() is not None

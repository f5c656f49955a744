"""Play a fault on a running deployment, and count what was lost and what happened twice."""

import time

from tests.faults.deployment import GREEN, Deployment
from tests.faults.fault import Fault, FaultResult
from tests.faults.person import Person, Seen


def play_fault(fault: Fault, deployment: Deployment, seconds: float) -> FaultResult:
    """Play *fault* for *seconds* at least: two debriefs and all check-ins of a team fall into it.

    A clinician whose submission was not acknowledged sends the same form again afterwards, as
    people do.
    """
    before, during, asking = (deployment.create_person(number) for number in range(3))
    for person in (before, during):
        assert person.open_form() == Seen.FORM
    assert before.submit_form() == Seen.GUIDE
    start = time.monotonic()
    with fault.inject(deployment):
        deployment.start_check_ins()
        submission, command = during.submit_form(), asking.open_form()
        health = _watch_health(deployment, start + seconds)
    recovery_seconds = deployment.wait_until_served(asking)
    deployment.wait_until_healthy()
    filing = [asking] if submission == Seen.GUIDE else [during, asking]
    for person in filing:
        _file_until_accepted(person)
    deployment.finish_check_ins()
    return _count(deployment, submission, command, health, recovery_seconds)


def _watch_health(deployment: Deployment, end: float) -> tuple[str, str]:
    """Return what `/readyz` and `/servez` report until *end*: each cause once, else ``green``."""
    ready_causes: dict[str, None] = {}
    service_causes: dict[str, None] = {}
    while True:
        ready_causes[deployment.read_health("/readyz")] = None
        service_causes[deployment.read_health("/servez")] = None
        if time.monotonic() >= end:
            return _join_causes(ready_causes), _join_causes(service_causes)
        time.sleep(0.5)


def _join_causes(causes: dict[str, None]) -> str:
    """Return each cause of the answers once, in the order of their first appearance."""
    singles = dict.fromkeys(cause for answer in causes for cause in answer.split(", "))
    return ", ".join(cause for cause in singles if cause != GREEN) or GREEN


def _file_until_accepted(person: Person) -> None:
    """Submit the form again and again, as the error on it asks."""
    deadline = time.monotonic() + 60
    while person.submit_form() != Seen.GUIDE:
        assert time.monotonic() < deadline, "the form is not accepted after the fault"
        time.sleep(0.5)


FILED_COUNT = 3


def _count(
    deployment: Deployment,
    submission: Seen,
    command: Seen,
    health: tuple[str, str],
    recovery_seconds: float,
) -> FaultResult:
    filed_counts, posts = deployment.count_filed(), deployment.count_posts()
    lost = sum(FILED_COUNT - count for count in filed_counts if count < FILED_COUNT)
    twice = sum(count - FILED_COUNT for count in filed_counts if count > FILED_COUNT)
    assert filed_counts, "no record of debriefs can be read"
    return FaultResult(
        submission,
        command,
        health,
        lost_count=lost + deployment.due_count - len(posts),
        duplicate_count=twice + sum(count - 1 for count in posts.values()),
        recovery_seconds=recovery_seconds,
    )

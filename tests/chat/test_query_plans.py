"""Query plans of the statements of people's requests."""

from bot.admin.deployment_figures import load_figures
from tests.chat.on_slack import SlackProduct
from tests.chat.route_walk import build_requests, iter_routes
from tests.chat.test_conformance_access import list_ids
from tests.query_plans import list_table_scans, record_statements


async def test_no_request_reads_a_whole_table(slack: SlackProduct) -> None:
    """Each statement of a clinician's or supervisor's request finds its rows by an index.

    Otherwise what a request costs grows with the teams, people and tables of every clinic. What
    the checks of health count belongs to no request, and they may run at the same time.
    """
    engines, ids = slack.bot.context.store._engines, await list_ids(slack, existing=True)
    with record_statements(engines) as health_statements:
        await slack.bot.health_monitor.refresh()
        await slack.bot.health_monitor.check_readiness()
        # The monitor has just read its figures at the start, and reads them again within a minute.
        load_figures(slack.bot.context.store, slack.bot.context.now())
    with record_statements(engines) as statements:
        for user_id in (slack.marie, slack.supervisor):
            for route in iter_routes(slack):
                for request in build_requests(route, ids):
                    await slack.send_request(user_id, request)
    for statement in health_statements:
        statements.pop(statement, None)

    assert len(statements) > 50
    assert list_table_scans(engines, statements) == []


async def test_table_scan_is_recognized(slack: SlackProduct) -> None:
    """A list of all teams, and of half of the feeds, counts as reading a whole table."""
    engines = slack.bot.context.store._engines
    statements = {
        "SELECT id FROM team WHERE name = ?": ("North",),
        "SELECT team FROM feed WHERE ledger = ?": ("total",),
        "SELECT name FROM team WHERE id = ?": ("1",),
    }

    assert [scan.partition(":")[0] for scan in list_table_scans(engines, statements)] == [
        "SCAN team",
        "SEARCH feed USING COVERING INDEX feed_unit (ledger=?)",
    ]

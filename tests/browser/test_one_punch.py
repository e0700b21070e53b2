"""Double taps, reloads, two tabs, a lost connection, the keyboard alone: one punch each."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open, Server
from tests.browser.test_check_in import CLOCK


def _punches(page: Page, server: Server) -> int:
    # A punch counts for a day once it was weighed; the next action says that it was.
    expect(page.locator("#punch-button")).to_have_text("Check out")
    page.goto(f"{server.url}/day/{server.today():%Y-%m-%d}/")
    expect(page.get_by_role("heading", name="Check-ins and check-outs")).to_be_visible()
    return page.locator(".punch-line").count()


def test_a_double_tap_and_a_second_tab_make_one_punch(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("indra")
    second = person.context.new_page()
    second.goto(person.server.url)
    person.page.locator("#punch-button").dblclick()
    expect(person.page.locator("#result b")).to_have_text(CLOCK)
    expect(person.page.locator("#punch-button")).to_have_text("Check out")
    # The other tab hears of it and shows the next action.
    expect(second.locator("#punch-button")).to_have_text("Check out")
    person.page.reload()
    expect(person.page.locator("#punch-button")).to_have_text("Check out")
    assert _punches(person.page, person.server) == 1


def test_a_tab_that_heard_nothing_sends_the_same_tap(open_browser: Open) -> None:
    person = open_browser(None)
    person.context.add_init_script("delete window.BroadcastChannel")
    person.sign_in("jaya")
    second = person.context.new_page()
    second.goto(person.server.url)
    second.evaluate("document.querySelector('#punch-button').textContent = 'Check in'")
    person.page.bring_to_front()
    person.tap()
    expect(person.page.locator("#punch-button")).to_have_text("Check out")
    second.evaluate("document.querySelector('#punch').requestSubmit()")
    expect(second.locator("#result b")).to_have_text(CLOCK)
    assert _punches(person.page, person.server) == 1


def test_a_lost_answer_is_sent_again_as_the_same_tap(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("kamal")
    lost: list[str] = []

    def lose_first_answer(route: Route) -> None:
        if not lost:
            route.fetch()
            lost.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    person.page.route("**/punch", lose_first_answer)
    person.tap()
    expect(person.page.locator("#result b")).to_have_text("Not sent yet: there is no connection.")
    expect(person.page.locator("#result b")).to_have_text(CLOCK)
    assert _punches(person.page, person.server) == 1
    person.forgive("net::ERR_CONNECTION_RESET")


def test_a_punch_taken_while_the_records_are_away_looks_done(open_browser: Open) -> None:
    """The door's 202: no verdict to ask for, the next action is known, no page can be fetched."""
    person = open_browser(None)
    person.sign_in("kamal")
    page = person.page
    later = "Recorded 09:04; your sheet will show it shortly"
    action = {"direction": "out", "label": "Check out", "action_key": "after:out"}

    def take(route: Route) -> None:
        passed = page.locator("#punch input[name=pass]").input_value()
        said = {"id": "0", "direction": "in", "recorded": "09:04", "text": later}
        route.fulfill(status=202, json={**said, "next": {**action, "pass": passed}})

    page.wait_for_load_state()
    page.route("**/punch", take)
    page.route(f"{person.server.url}/", lambda route: route.abort("connectionreset"))
    person.tap()
    expect(page.locator("#result b")).to_have_text(later)
    expect(page.locator("#result")).to_have_attribute("data-tone", "good")
    expect(page.locator("#punch-button")).to_have_text("Check out")
    expect(page.locator("#punch input[name=direction]")).to_have_value("out")
    expect(page.locator("#punch-button")).to_have_attribute("aria-disabled", "false")
    person.forgive("net::ERR_CONNECTION_RESET")


def test_the_keyboard_alone_checks_in(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("lila")
    page = person.page
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#punch-button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#result b")).to_have_text(CLOCK)
    expect(page.locator("#punch-button")).to_be_focused()
    assert _punches(page, person.server) == 1


def test_a_page_of_the_wifi_is_no_answer(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("mohan")
    seen: list[str] = []

    def sign_in_first(route: Route) -> None:
        if seen:
            route.continue_()
            return
        seen.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<h1>Sign in to the Wi-Fi</h1>")

    person.page.route("**/punch", sign_in_first)
    person.tap()
    expect(person.page.locator("#result b")).to_have_text("Not sent yet: there is no connection.")
    expect(person.page.locator("#result b")).to_have_text(CLOCK)
    assert _punches(person.page, person.server) == 1


def test_an_action_that_was_answered_elsewhere_is_not_sent_an_hour_later(
    open_browser: Open,
) -> None:
    person = open_browser(None)
    person.context.add_init_script("delete window.BroadcastChannel")
    person.sign_in("nima")
    old = person.context.new_page()
    old.goto(person.server.url)
    person.page.bring_to_front()
    person.tap()
    expect(person.page.locator("#punch-button")).to_have_text("Check out")
    # Another device knows nothing of this one's tap ids; and an hour passes on it.
    old.evaluate("localStorage.clear(); const now = Date.now; Date.now = () => now() + 3600 * 1000")
    old.evaluate("document.querySelector('#punch').requestSubmit()")
    expect(old.locator("#result b")).to_have_text(
        "The next action has changed meanwhile. Look at the button, then tap again."
    )
    expect(old.locator("#punch-button")).to_have_text("Check out")
    assert _punches(person.page, person.server) == 1

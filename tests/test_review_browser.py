"""The review page in a browser, with a real server: keyboard, mouse, two curators, reload, kill -9, hostile text."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
from review_cases import ARTICLES, HOSTILE, TEXTS, make_store

from extractor.review import standings
from extractor.store import open_store

pytest.importorskip("uvicorn", reason="needs the extra review")
pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 375, "height": 720}
SAVED = "Saved."


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install playwright)")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs a Chromium on the path (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def db(tmp_path):
    return make_store(tmp_path / "als.db")


@pytest.fixture
def serve(db):
    """Starts servers on the database; returns the process and the links by curator."""
    running = []

    def start(*curators: str, port: int = 0):
        options = [word for name in curators for word in ("--curator", name)]
        command = [sys.executable, "-c", "from extractor.cli import main; main()", "review", "--db", str(db)]
        process = subprocess.Popen(
            [*command, "--port", str(port), "--quiet", *options], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        lines = [process.stdout.readline().strip() for _ in curators or [""]]
        return process, {line.rpartition(": ")[0]: line.rpartition(": ")[2] for line in lines}

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def visit(browser):
    """Opens a link in a browser of its own; fails the test on any script error, refused content or outside request."""
    seen: list[str] = []
    contexts = []

    def go(link: str, size=WIDE, **options):
        context = browser.new_context(viewport=size, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        origin = link.partition("/?")[0]
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("console", lambda message: seen.append(f"{message.type}: {message.text}"))
        page.on("request", lambda each: None if each.url.startswith(origin) else seen.append(each.url))
        page.on("dialog", lambda dialog: seen.append(f"dialog: {dialog.message}"))
        page.set_default_timeout(10_000)
        page.goto(link)
        return page

    yield go
    for context in contexts:
        context.close()
    # what the browser itself says of a refusal we asked for
    assert [each for each in seen if not re.search(r"status of (4\d\d|503)|ERR_(CONNECTION|EMPTY)", each)] == []


@pytest.fixture
def ada(serve, visit):
    return ready(visit(serve("Ada")[1]["Ada"]))


def ready(page):
    page.locator(".card.current, #article .empty").first.wait_for()
    return page


def goto_article(page, name: str, reading: str = "first"):
    page.evaluate(f"location.hash = '#{reading}/' + encodeURIComponent({name!r})")
    page.reload()
    page.wait_for_function("name => document.title.startsWith(name)", arg=name)
    return ready(page)


def card(page, words: str):
    return page.locator(".card", has_text=words).first


def press(page, *keys: str):
    """Keys one after the other, each after the answer to the one before."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(80)


def said(page, text: str):
    page.wait_for_function("text => document.getElementById('status').textContent.includes(text)", arg=text)


def verdicts(db, article: str | None = None) -> list[tuple[str, str, str]]:
    with open_store(db) as store:
        return [(each.curator, each.verdict, each.key[1]) for each in store.decisions(article_id=article)]


def select_words(page, words: str):
    """Drag the mouse over words of the abstract; once more where the page was drawn anew meanwhile."""
    offer = page.locator("#selection")
    for _ in range(10):
        drag_over(page, words)
        for _ in range(20):
            if offer.is_visible():
                page.wait_for_timeout(100)
                if offer.is_visible():
                    return
            page.wait_for_timeout(50)
    raise AssertionError(f"{words!r} cannot be selected")


def drag_over(page, words: str):
    box = page.evaluate(
        """words => {
            const walker = document.createTreeWalker(document.getElementById('article'), NodeFilter.SHOW_TEXT);
            const nodes = [];
            while (walker.nextNode()) nodes.push(walker.currentNode);
            const start = nodes.map(node => node.textContent).join('').indexOf(words);
            const range = document.createRange();
            let place = 0;
            for (const node of nodes) {
                const length = node.textContent.length, last = start + words.length;
                if (place <= start && start < place + length) range.setStart(node, start - place);
                if (place < last && last <= place + length) range.setEnd(node, last - place);
                place += length;
            }
            range.startContainer.parentElement.scrollIntoView({ block: 'center' });
            const box = range.getBoundingClientRect();
            return [box.left, box.right, (box.top + box.bottom) / 2];
        }""",
        words,
    )
    page.mouse.move(box[0] + 1, box[2])
    page.mouse.down()
    page.mouse.move((box[0] + box[1]) / 2, box[2], steps=3)
    page.mouse.move(box[1] - 0.5, box[2], steps=3)
    page.mouse.up()


class TestKeyboard:
    def test_a_whole_session(self, ada, db):
        page = goto_article(ada, "PMID:1")
        assert "uncertain (score 0.55)" in page.locator(".why").inner_text()
        press(page, "a")
        said(page, "2 open")
        press(page, "r")
        said(page, "1 open")
        assert "CXCL8" in page.locator(".card.current").inner_text()
        press(page, "d", "2")
        said(page, "All decided")
        press(page, "c", "2")
        said(page, SAVED)
        press(page, "f")
        page.keyboard.type("plas")
        press(page, "Enter")
        page.locator(".warning", has_text="No words are marked for plasma").wait_for()
        press(page, "b")
        assert page.locator(".segments [aria-pressed=true]").inner_text() == "fluid"
        page.locator(".picked").first.wait_for()
        press(page, "Shift+ArrowRight", "Shift+ArrowLeft", "Control+ArrowRight", "Control+ArrowLeft", "Enter")
        page.locator(".warning").wait_for(state="detached")
        press(page, "q")
        page.locator(".card.current .badge", has_text="debatable").wait_for()
        press(page, "m")
        page.keyboard.type("tea?")
        press(page, "Enter")
        page.locator(".card.current .comment", has_text="tea?").wait_for()
        press(page, "n")
        page.locator("#picker").wait_for()
        while page.locator(".picked-words").inner_text() != "TNF-α":
            press(page, "ArrowDown")
        press(page, "Enter")
        form = page.locator("dialog.form")
        form.wait_for()
        assert form.get_by_label("cytokine", exact=False).input_value() == "TNF"
        press(page, "ArrowDown")
        form.get_by_label("debatable", exact=False).focus()
        press(page, "Enter")
        card(page, "added by hand").wait_for()
        press(page, "Enter")
        said(page, "Finished")
        assert verdicts(db, "PMID:1")[-1] == ("Ada", "added", "TNF")
        with open_store(db) as store:
            found = {f.cytokine: f for f, decided in store.findings() if f.article_id == "PMID:1" and decided}
            assert standings(store)["PMID:1"].finished == {"first"}
        assert set(found) == {"IL6", "TNF", "CXCL8"}
        assert (found["CXCL8"].direction, found["CXCL8"].contrast, found["CXCL8"].fluid) == (
            "decreased",
            "treatment",
            "plasma",
        )
        assert found["CXCL8"].confidence == "debatable"
        assert page.locator("#progress-text").inner_text() == "1 of 5"

    def test_quick_keys_are_done_one_after_the_other(self, ada, db):
        page = goto_article(ada, "PMID:1")
        for key in "ara":
            page.keyboard.press(key)
        said(page, "All decided")
        assert [verdict for _, verdict, _ in verdicts(db)] == ["accepted", "rejected", "accepted"]

    def test_undo_and_moving(self, ada, db):
        page = goto_article(ada, "PMID:1")
        press(page, "j", "r")
        said(page, "2 open")
        assert card(page, "TNF").get_attribute("class").split()[1] == "rejected"
        press(page, "u")
        said(page, "Taken back")
        assert verdicts(db) == []
        press(page, "k", "k")
        assert "CXCL8" in page.locator(".card.current").inner_text()

    def test_every_slot(self, ada, db):
        page = goto_article(ada, "PMID:1")
        press(page, "e")
        form = page.locator("dialog.form")
        box = form.get_by_label("cytokine", exact=False)
        box.fill("interleukin 1 rec")
        form.locator(".suggestions li").first.wait_for()
        box.fill("IL-10")
        form.locator(".suggestions li b", has_text=re.compile("^IL10$")).wait_for()
        assert "HGNC:5962" in form.locator(".suggestions li").first.inner_text()
        press(page, "Enter")
        assert box.input_value() == "IL10"
        form.get_by_label("condition of the cases").fill("Saddle fever")
        form.get_by_label("host").fill("horse")
        form.get_by_label("against").select_option("mimic")
        press(page, "Enter")
        said(page, SAVED)
        with open_store(db) as store:
            found = store.decisions()[0].finding
        assert (found.cytokine, found.condition, found.host) == ("IL10", "other:Saddle fever", "other:horse")
        assert found.comparator == "mimic"

    def test_help_and_lists(self, ada):
        press(ada, "?")
        assert ada.locator("dialog.help kbd", has_text="Enter").count() == 1
        assert ada.locator("dialog.help a").get_attribute("href") == "/guidelines"
        press(ada, "Escape")
        assert ada.locator("dialog").count() == 0
        press(ada, "o")
        assert ada.locator("dialog.list li").count() == len(ARTICLES)
        assert ada.locator("dialog.list .opposition").count() == 2
        press(ada, "Tab", "Enter")
        ada.locator("dialog").wait_for(state="detached")

    def test_skip(self, ada):
        first = ada.title()
        press(ada, "s")
        said(ada, "Skipped")
        assert ada.title() != first

    def test_escape_changes_nothing(self, ada, db):
        for key in ("d", "f", "c", "e", "b", "m", "n"):
            press(ada, key, "Escape")
        if ada.locator("dialog").count():
            press(ada, "Escape")
        assert verdicts(db) == []

    def test_the_focus_can_be_seen_and_every_control_has_a_name(self, ada):
        style = "() => getComputedStyle(document.activeElement).outlineStyle"
        for _ in range(12):
            press(ada, "Tab")
            assert ada.evaluate(style) == "solid"
        unnamed = ada.locator("button, input, select, a, [role=group], [role=toolbar]").evaluate_all(
            "all => all.filter(e => !e.ariaLabel && !e.textContent.trim() && !e.labels?.length).map(e => e.outerHTML)"
        )
        assert unnamed == []


class TestMouse:
    def test_a_whole_session(self, ada, db):
        page = goto_article(ada, "PMID:1")
        page.locator(".card.current button.accept").click()
        said(page, "2 open")
        page.locator(".card.current .do-reject").click()
        said(page, "1 open")
        page.locator(".card.current .do-direction").click()
        page.locator("[role=option]", has_text="decreased").click()
        said(page, "All decided")
        card(page, "IL6").click()
        page.locator(".card.current .claim b", has_text="IL6").wait_for()
        page.locator("mark.active.fluid").first.wait_for()
        page.locator("mark", has_text="CXCL8").click()
        page.locator(".card.current .claim b", has_text="CXCL8").wait_for()
        select_words(page, "CXCL8 fell")
        page.locator("#selection [data-set=evidence]").click()
        said(page, SAVED)
        select_words(page, "TNF-α")
        page.locator("#selection [data-set=new]").click()
        form = page.locator("dialog.form")
        form.get_by_text("↑ increased").click()
        form.get_by_label("fluid").fill("sera")
        form.locator(".suggestions li").first.click()
        form.get_by_role("button", name="Add finding").click()
        card(page, "added by hand").wait_for()
        page.locator("#finish-button").click()
        said(page, "Finished")
        with open_store(db) as store:
            found = {f.cytokine: f for f, decided in store.findings() if f.article_id == "PMID:1" and decided}
        assert found["CXCL8"].evidence_text == "CXCL8 fell"
        assert found["CXCL8"].direction == "decreased"
        assert (found["TNF"].fluid, found["TNF"].direction) == ("serum", "increased")
        assert found["TNF"].cytokine_mention.text == "TNF-α"

    def test_borders_by_buttons(self, ada, db):
        page = goto_article(ada, "PMID:1")
        page.locator(".card.current .do-boundary").click()
        page.get_by_label("end left").click()
        page.get_by_label("end left").click()
        assert page.locator(".picked-words").inner_text() == "IL"
        page.locator("#picker button.primary").click()
        said(page, SAVED)
        with open_store(db) as store:
            assert store.decisions()[0].finding.cytokine_mention.text == "IL"

    def test_agreement_export_guidelines(self, ada):
        ada.locator("#agreement-button").click()
        assert "No article has been read twice" in ada.locator("dialog.agreement").inner_text()
        ada.locator("dialog .close").click()
        ada.locator("#export-button").click()
        with ada.expect_download() as download:
            ada.locator("dialog.exports a", has_text="brat").click()
        assert download.value.suggested_filename == "findings-brat.zip"
        ada.locator("dialog .close").click()
        with ada.context.expect_page() as opened:
            ada.locator("#guidelines-link").click()
        assert opened.value.locator("h1").inner_text() == "Annotation guidelines"

    def test_light_and_dark(self, ada):
        ground = "() => getComputedStyle(document.body).backgroundColor"
        light = ada.evaluate(ground)
        ada.locator("#theme-button").click()
        dark = ada.evaluate(ground)
        assert light != dark
        ada.reload()
        ready(ada)
        assert ada.evaluate(ground) == dark


class TestNothingIsLost:
    def test_reload_in_the_middle(self, ada, db):
        page = goto_article(ada, "PMID:1")
        press(page, "a")
        said(page, "2 open")
        page.reload()
        ready(page)
        assert page.title().startswith("PMID:1")
        assert card(page, "IL6").locator(".state").inner_text() == "accepted"
        assert "TNF" in page.locator(".card.current").inner_text()

    def test_the_server_is_killed_in_the_middle(self, serve, visit, db):
        process, links = serve("Ada")
        page = goto_article(ready(visit(links["Ada"])), "PMID:1")
        press(page, "a", "r")
        said(page, "1 open")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert verdicts(db) == [("Ada", "accepted", "IL6"), ("Ada", "rejected", "TNF")]
        press(page, "a")
        page.locator("#banner", has_text="does not answer").wait_for()
        assert card(page, "CXCL8").locator(".state").inner_text() == "open"
        port = int(re.search(r":(\d+)/", links["Ada"])[1])
        _, again = serve("Ada", port=port)
        press(page, "a")
        page.locator("#banner", has_text="started anew").wait_for()
        assert len(verdicts(db)) == 2
        page.goto(again["Ada"])
        page = goto_article(ready(page), "PMID:1")
        press(page, "a")
        said(page, "All decided")
        assert [verdict for _, verdict, _ in verdicts(db)] == ["accepted", "rejected", "accepted"]
        with open_store(db) as store:
            assert store.rows("PRAGMA integrity_check")[0][0] == "ok"

    def test_killed_at_any_moment(self, serve, visit, db):
        """What the page showed as saved when the server died is in the database."""
        process, links = serve("Ada")
        page = goto_article(ready(visit(links["Ada"])), "PMID:1")
        for key in "ara":
            page.keyboard.press(key)
        page.wait_for_timeout(30)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        page.wait_for_timeout(200)
        shown = page.locator(".card .state").all_inner_texts()
        saved = [each for each in shown if each != "open"]
        assert [verdict for _, verdict, _ in verdicts(db)][: len(saved)] == saved

    def test_it_ends_with_ctrl_c_without_a_word(self, serve):
        process, _ = serve("Ada")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


class TestTwoCurators:
    def test_side_by_side(self, serve, visit, db):
        _, links = serve("Ada", "Ben")
        ada = goto_article(ready(visit(links["Ada"])), "PMID:1")
        ben = goto_article(ready(visit(links["Ben"])), "PMID:1")
        press(ada, "r")
        said(ada, "2 open")
        press(ben, "a")
        said(ben, "Ada has this article; nothing was changed")
        assert ben.locator(".locked").inner_text().startswith("Ada has this article")
        assert card(ben, "IL6").locator(".state").inner_text() == "rejected"
        assert verdicts(db) == [("Ada", "rejected", "IL6")]

    def test_two_tabs_of_one_curator(self, ada, db):
        page = goto_article(ada, "PMID:1")
        other = page.context.new_page()
        other.goto(page.url)
        ready(other)
        press(page, "r")
        said(page, "2 open")
        press(other, "a")
        said(other, "has changed since you loaded it")
        assert card(other, "IL6").locator(".state").inner_text() == "rejected"
        assert len(verdicts(db)) == 1

    def test_another_name_in_the_same_browser(self, serve, visit):
        _, links = serve("Ada", "Ben")
        page = goto_article(ready(visit(links["Ada"])), "PMID:1")
        other = page.context.new_page()
        other.goto(links["Ben"])
        ready(other)
        press(page, "a")
        page.locator("#banner", has_text="another name").wait_for()

    def test_blind_second_reading_and_adjudication(self, serve, visit, db):
        _, links = serve("Ada", "Ben", "Cem")
        ada = goto_article(ready(visit(links["Ada"])), "PMID:1")
        press(ada, "r", "A")
        said(ada, "All decided")
        press(ada, "Enter")
        said(ada, "Finished")
        ben = ready(visit(links["Ben"]))
        ben.get_by_role("button", name="Blind second").click()
        ben.locator("h2", has_text="read blindly").wait_for()
        assert "Ada" not in ben.locator("main").inner_text()
        assert ben.locator(".card .state", has_text="open").count() == 3
        press(ben, "j", "j", "d", "2")
        said(ben, "2 open")
        press(ben, "A")
        said(ben, "All decided")
        press(ben, "Enter")
        said(ben, "Finished")
        cem = ready(visit(links["Cem"]))
        assert cem.locator("[data-reading=adjudication] .count").inner_text() == "1"
        cem.get_by_role("button", name="Disagreements").click()
        cem.locator("h2", has_text="Ada and Ben differ").wait_for()
        assert cem.locator(".card").count() == 2
        press(cem, "2")
        said(cem, "1 open")
        press(cem, "1")
        said(cem, "All decided")
        press(cem, "Enter")
        said(cem, "Finished")
        with open_store(db) as store:
            stands = {
                (f.cytokine, f.direction) for f, decided in store.findings() if f.article_id == "PMID:1" and decided
            }
        assert stands == {("IL6", "increased"), ("TNF", "unchanged"), ("CXCL8", "increased")}
        cem.locator("#agreement-button").click()
        assert "Ada and Ben" in cem.locator("dialog.agreement").inner_text()

    def test_names_said_on_the_page(self, serve, visit, db):
        _, links = serve()
        page = visit(next(iter(links.values())))
        page.get_by_label("Your name", exact=False).wait_for()
        press(page, "Escape", "Escape")
        page.get_by_label("Your name", exact=False).fill("Zoë <b>O'Neil</b>")
        press(page, "Enter")
        page.locator(".card.current").wait_for()
        assert page.locator("#curator").inner_text() == "Zoë <b>O'Neil</b>"
        press(page, "a")
        said(page, SAVED)
        assert verdicts(db)[0][0] == "Zoë <b>O'Neil</b>"


class TestHostileText:
    @pytest.fixture
    def page(self, ada):
        return goto_article(ada, "PMID:4")

    def test_nothing_of_it_runs(self, page):
        assert HOSTILE in page.locator("#article").inner_text()
        press(page, "m")
        page.keyboard.type(HOSTILE)
        press(page, "Enter")
        page.locator(".card.current .comment").wait_for()
        assert HOSTILE in page.locator(".card.current .comment").inner_text()
        press(page, "o", "Escape")
        assert page.evaluate("window.hacked") is None
        assert page.locator("main img, main script").count() == 0

    def test_the_policy_holds(self, page):
        """Even markup that a bug let in would not run. The page is closed before its console is judged."""
        context = page.context.browser.new_context()
        context.add_cookies(page.context.cookies())
        other = context.new_page()
        other.goto(page.url)
        other.evaluate("document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.hacked=1'>`)")
        other.evaluate("fetch('https://example.org/').catch(() => { window.refused = true })")
        other.wait_for_function("window.refused === true")
        assert other.evaluate("window.hacked") is None
        context.close()

    def test_offsets_of_long_and_astral_text(self, page, db):
        """Selecting and moving borders counts code points, also behind characters of two code units."""
        press(page, "b", "ArrowLeft", "Enter")
        said(page, SAVED)
        press(page, "j", "b", "Shift+ArrowRight", "Enter")
        said(page, "All decided")
        with open_store(db) as store:
            marked = [each.finding.cytokine_mention for each in store.decisions()]
        assert [each.text for each in marked] == ["IL-", "L-10"]
        assert all(TEXTS["PMID:4"][slice(*each.span)] == each.text for each in marked)

    def test_selected_words_behind_astral_characters(self, page, db):
        select_words(page, "lite riders")
        page.locator("#selection [data-set=evidence]").click()
        said(page, SAVED)
        with open_store(db) as store:
            assert store.decisions()[0].finding.evidence_text == "lite riders"

    def test_it_stays_in_its_column(self, page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("#article").evaluate("each => each.scrollWidth <= each.clientWidth")

    def test_an_odd_id(self, ada, db):
        name = next(each for each in ARTICLES if each.startswith("X/"))
        ada.evaluate("name => { location.hash = '#first/' + encodeURIComponent(name) }", name)
        ada.reload()
        ada.wait_for_function("name => document.title.startsWith(name)", arg=name)
        ready(ada)
        press(ada, "a")
        said(ada, "All decided")
        assert verdicts(db, name) == [("Ada", "accepted", "TNF")]


class TestNarrow:
    def test_it_fits_a_telephone(self, serve, visit):
        page = ready(visit(serve("Ada")[1]["Ada"], size=NARROW, has_touch=True))
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        buttons = page.locator(".card.current button")
        heights = buttons.evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
        assert min(heights) >= 38
        page.locator(".card.current button.accept").click()
        said(page, SAVED)
        smallest = page.locator("body *:visible").evaluate_all(
            "all => Math.min(...all.filter(each => each.innerText?.trim())"
            ".map(each => parseFloat(getComputedStyle(each).fontSize)))"
        )
        assert smallest >= 11.5

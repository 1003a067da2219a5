"""The page in a real browser: it renders, filters, opens evidence, asks for nothing, runs nothing of the texts."""

from __future__ import annotations

import re
import shutil

import pytest
from ledger_cases import HOSTILE, PROVENANCE, finding, ledger

from extractor.ledger import Selection, build, sign_test
from extractor.report import Provenance
from extractor.report.html import page as html_page
from extractor.report.payload import payload

pytestmark = pytest.mark.browser
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 720}
HUMAN_SERUM = "human|IL6|serum|disease"


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


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Addresses of the pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    noted = Provenance(source="records from files", date="2025-06-01", note=f"No data {HOSTILE}")
    made = {
        "full": (ledger(), PROVENANCE),
        "empty": (build([]), Provenance(source="x")),
        "noted": (ledger(), noted),
    }
    for name, (each, provenance) in made.items():
        text = html_page(payload(each, provenance), noscript="")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.fixture
def visit(browser, files):
    """Opens a page and fails the test on any script error, refused content or request."""
    seen: list[str] = []
    contexts = []

    def go(name="full", size=WIDE):
        context = browser.new_context(viewport=size, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("console", lambda message: seen.append(f"{message.type}: {message.text}"))
        page.on("request", lambda request: seen.append(request.url) if request.url != files[name] else None)
        page.on("dialog", lambda dialog: seen.append(f"dialog: {dialog.message}"))
        page.goto(files[name])
        return page

    yield go
    for context in contexts:
        context.close()
    assert seen == []


@pytest.fixture
def page(visit):
    return visit()


def cells(page) -> dict[str, str]:
    """What each cell of the map says, by key."""
    found = page.locator(".cell").evaluate_all("cells => cells.map(cell => [cell.dataset.key, cell.ariaLabel])")
    return dict(found)


def key_of(cell) -> str:
    return f"{cell.key.host}|{cell.key.cytokine}|{cell.key.fluid}|{cell.key.contrast}"


def counts(page) -> str:
    return page.locator("#status").inner_text()


class TestMap:
    def test_it_says_what_the_ledger_says(self, page):
        made = {key_of(c): c for c in ledger().cells}
        shown = cells(page)
        assert set(shown) == {key for key, cell in made.items() if cell.key.contrast == "disease"}
        for key, text in shown.items():
            for word, number in (("raised", made[key].raised), ("lowered", made[key].lowered)):
                found = re.search(rf"{word} in (\d+) stud", text)
                assert int(found[1] if found else 0) == number, key
            assert made[key].verdict in text
            assert ("rise and a fall" in text) == made[key].opposed

    def test_opposition_shows_without_colour(self, page):
        opposed = page.locator(f'.cell[data-key="{HUMAN_SERUM}"]')
        other = page.locator('.cell[data-key="human|IL6|CSF|disease"]')
        style = "e => { const s = getComputedStyle(e); return [s.borderTopWidth, s.backgroundImage !== 'none'] }"
        assert opposed.evaluate(style) == ["2px", True]
        assert other.evaluate(style) == ["1px", False]
        shapes = opposed.locator("path").evaluate_all("paths => paths.map(path => path.getAttribute('d'))")
        assert len(set(shapes)) == len(shapes) == 4
        assert opposed.inner_text().split() == ["2", "1", "1", "1"]

    def test_hosts_side_by_side(self, page):
        assert page.locator("th.host").all_inner_texts() == ["Human", "Animal", "Host not stated"]
        assert page.locator(".grid tbody tr").count() == 5

    def test_what_is_at_odds_comes_first(self, page):
        assert page.locator(".clash strong").all_inner_texts() == ["IL6 in serum", "TNF in plasma"]

    def test_texts_are_there(self, page):
        text = page.locator("main").inner_text()
        for word in ("SWiM", "effect direction plot", "Records found", "last search 2025-06-01", "Clopper-Pearson"):
            assert word in text
        assert HOSTILE in page.locator(".query").inner_text()
        assert page.locator("#excluded summary").inner_text() == "Studies left out (1)"
        assert page.locator("#cited summary").inner_text().endswith("(1)")

    def test_where_it_comes_from_and_a_caution(self, visit, page):
        for place in ("#lead", "#origin"):
            assert "Source: PubMed records, last search 2025-06-01." in page.locator(place).inner_text()
        assert not page.locator("#note").is_visible()
        noted = visit("noted")
        assert noted.locator("#note").inner_text() == f"No data {HOSTILE}"
        assert "Source: records from files, read 2025-06-01." in noted.locator("#lead").inner_text()

    def test_nothing_to_show(self, visit):
        page = visit("empty")
        assert counts(page) == "0 studies, 0 cells, 0 oppositions"
        assert page.locator("#grid").inner_text() == "Nothing fits these filters."


class TestFilters:
    @pytest.mark.parametrize(
        ("control", "value", "said", "absent"),
        [
            ("comparator", "healthy", "raised in 2 studies, lowered in 1 study;", "unchanged"),
            ("comparator", "ill", "unchanged in 2 studies", "raised"),
            ("score", "0.5", "raised in 2 studies, unchanged in 1 study, mixed in 1 study", "lowered"),
            ("until", "2000", "mixed in 1 study", "raised"),
            ("since", "2002", "lowered in 1 study, unchanged in 1 study", "mixed"),
        ],
    )
    def test_a_cell(self, page, control, value, said, absent):
        before = cells(page)[HUMAN_SERUM]
        field = page.locator(f"#{control}")
        if control == "comparator":
            field.select_option(value)
        else:
            field.fill(value)
        after = cells(page)[HUMAN_SERUM]
        assert said in after
        assert absent not in after
        page.locator("#reset").click()
        page.wait_for_function(
            "([key, said]) => document.querySelector(`[data-key='${key}']`)?.ariaLabel === said",
            arg=[HUMAN_SERUM, before],
        )

    def test_like_the_ledger_with_the_same_selection(self, page):
        page.locator("#comparator").select_option("healthy")
        page.locator("#score").fill("0.5")
        made = ledger(comparators=frozenset({"healthy"}), min_score=0.5)
        expected = {key_of(c): c.verdict for c in made.cells if c.key.contrast == "disease"}
        shown = page.locator(".cell").evaluate_all(
            "cells => cells.map(cell => [cell.dataset.key, cell.dataset.verdict])"
        )
        assert dict(shown) == expected

    def test_contrast(self, page):
        page.locator("#contrast").select_option("treatment")
        assert list(cells(page)) == ["animal|IL6|serum|treatment"]

    def test_host(self, page):
        page.locator("#host").select_option("animal")
        assert list(cells(page)) == ["animal|TNF|plasma|disease"]

    def test_reviewed(self, page):
        page.locator("#reviewed").check()
        made = ledger(reviewed_only=True)
        assert counts(page).startswith(f"{len(made.studies)} studies, {len(made.cells)} cell,")
        assert {key: text.split(": ")[1].split(";")[0] for key, text in cells(page).items()} == {
            HUMAN_SERUM: "raised in 1 study, unchanged in 1 study"
        }

    def test_a_low_score_counts_once_a_curator_has_agreed(self, browser, tmp_path):
        low = finding(3, "IL6", "serum", "decreased", score=0.4)
        made = build([low], reviewed={low.key}, selection=Selection(min_score=0.5))
        (tmp_path / "p.html").write_text(html_page(payload(made, PROVENANCE), noscript=""), encoding="utf-8")
        page = browser.new_page()
        page.goto((tmp_path / "p.html").as_uri())
        assert counts(page).startswith("1 study, 1 cell")
        assert page.locator("#score").input_value() == page.locator("#score").get_attribute("min") == "0.5"
        page.close()

    def test_only_oppositions(self, page):
        page.locator("#opposed").check()
        assert set(cells(page)) == {HUMAN_SERUM, "animal|TNF|plasma|disease"}

    @pytest.mark.parametrize(
        ("text", "cytokines"),
        [
            ("IL-6", {"IL6"}),
            ("mcp 1", {"CCL2"}),
            ("interleukin 8", {"CXCL8"}),
            ("study number 10", {"TNF"}),
            ("nothing like it", set()),
        ],
    )
    def test_search(self, page, text, cytokines):
        page.locator("#search").fill(text)
        assert set(page.locator(".grid tbody th button").all_inner_texts()) == cytokines

    def test_search_for_a_pmid(self, page):
        page.locator("#search").fill("9")
        assert list(cells(page)) == ["human|CXCL8|other:sweat|disease"]

    def test_order(self, page):
        page.locator("#order").select_option("name")
        names = page.locator(".grid tbody th button").all_inner_texts()
        assert names == sorted(names, key=lambda name: name.strip("<>").lower())


class TestDetails:
    def test_studies_with_their_words(self, page):
        page.locator(f'.cell[data-key="{HUMAN_SERUM}"]').click()
        dialog = page.locator("dialog")
        assert dialog.locator("h2").inner_text() == "IL6 in serum"
        assert dialog.locator(".study").count() == 5
        first = dialog.locator(".study").first
        assert first.locator("mark.cytokine").all_inner_texts() == ["IL6", "IL6"]
        assert first.locator("mark.fluid").first.inner_text() == "serum"
        assert first.locator("blockquote").first.inner_text().startswith("𝛼-Level (IL6) in serum was increased.")
        assert "n = 40 · p <0.01 · score 0.90" in first.inner_text()
        link = first.locator("a")
        assert link.get_attribute("href") == "https://pubmed.ncbi.nlm.nih.gov/1/"
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert "reviewed" in dialog.locator(".study").nth(3).inner_text()
        assert "expression of concern" in dialog.inner_text()

    def test_the_sign_test_is_that_of_the_ledger(self, page):
        page.locator(f'.cell[data-key="{HUMAN_SERUM}"]').click()
        test = sign_test(2, 1)
        said = page.locator(".verdict").inner_text()
        assert f"{test.share:.0%} are raised (95% interval {test.low:.0%} to {test.high:.0%}" in said
        assert f"p = {test.p:.3f}" in said

    def test_cited_results_stand_apart(self, page):
        page.locator(f'.cell[data-key="{HUMAN_SERUM}"]').click()
        cited = page.locator("dialog .hearsay")
        assert cited.locator("h3").inner_text() == "Cited from other studies, not counted"
        assert "Study number 15" in cited.inner_text()
        assert cited.locator("mark.cytokine").first.inner_text() == "IL6"
        assert "lowered in 1 study" in page.locator(".verdict").inner_text()
        page.keyboard.press("Escape")
        page.locator("#until").fill("2005")
        page.locator(f'.cell[data-key="{HUMAN_SERUM}"]').click()
        assert page.locator("dialog .hearsay").count() == 0

    def test_text_never_runs(self, page):
        page.locator(f'.cell[data-key="{HUMAN_SERUM}"]').click()
        assert HOSTILE in page.locator("dialog").inner_text()
        for summary in page.locator("summary:visible").all():
            summary.evaluate("element => element.parentElement.open = true")
        page.wait_for_timeout(100)
        assert page.evaluate("window.hacked") is None
        assert page.locator("img").count() == 0
        assert page.locator("script").count() == 2

    def test_the_policy_holds(self, browser, files):
        """Even markup that a bug let in would not run."""
        context = browser.new_context()
        page = context.new_page()
        page.goto(files["full"])
        page.evaluate("document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.hacked=1'>`)")
        page.evaluate("fetch('https://example.org/').catch(() => { window.refused = true })")
        page.wait_for_function("window.refused === true")
        assert page.evaluate("window.hacked") is None
        context.close()


class TestTimeline:
    def test_marks(self, page):
        page.locator("#cytokine").select_option("CCL2")
        assert page.locator("#timeline .mark").count() == 3
        page.locator("#timeline .mark").first.click()
        assert page.locator("dialog h2").inner_text() == "CCL2 in CSF"

    def test_studies_without_a_year_are_told(self, page):
        page.locator("#cytokine").select_option("IL6")
        assert "1 study without a year in the record: not drawn." in page.locator("#timeline").inner_text()
        page.locator("#cytokine").select_option("CCL2")
        assert "not drawn" not in page.locator("#timeline").inner_text()

    def test_from_the_map(self, page):
        page.locator(".grid tbody th button", has_text="TNF").click()
        assert page.locator("#cytokine").input_value() == "TNF"
        assert page.locator("#timeline .mark").count() == 2


class TestKeyboard:
    def test_a_cell_is_opened_and_closed(self, page):
        cell = page.locator(f'.cell[data-key="{HUMAN_SERUM}"]')
        cell.focus()
        page.keyboard.press("Enter")
        assert page.locator("dialog").is_visible()
        assert page.evaluate("document.activeElement.className") == "close"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.keyboard.press("Escape")
        assert not page.locator("dialog").is_visible()
        assert page.evaluate("document.activeElement.dataset.key") == HUMAN_SERUM

    def test_everything_is_reached_with_tab(self, page):
        reached = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate(
                    "document.activeElement.id || (document.activeElement.getAttribute('class') || '').split(' ')[0]"
                )
            )
        assert {
            "skip",
            "clash",
            "search",
            "contrast",
            "host",
            "score",
            "reviewed",
            "reset",
            "cell",
            "cytokine",
        } <= reached

    def test_the_focus_can_be_seen(self, page):
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    def test_a_mark_of_the_timeline(self, page):
        page.locator("#timeline .mark").first.focus()
        page.keyboard.press(" ")
        assert page.locator("dialog").is_visible()

    def test_every_control_has_a_name(self, page):
        unnamed = page.locator("button, input, select, a").evaluate_all(
            "all => all.filter(e => !e.ariaLabel && !e.textContent.trim() && !e.labels?.length).map(e => e.outerHTML)"
        )
        assert unnamed == []


class TestNarrow:
    def test_no_sideways_scrolling_of_the_page(self, visit):
        page = visit(size=NARROW)
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        outside = page.locator("main *:visible").evaluate_all(
            "all => all.filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > 375.5)"
            ".map(e => e.outerHTML)"
        )
        assert outside == []

    def test_text_is_not_tiny(self, visit):
        page = visit(size=NARROW)
        smallest = page.locator("body *:visible").evaluate_all(
            "all => Math.min(...all.filter(e => e.innerText?.trim())"
            ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        assert smallest >= 11.5

    def test_the_host_can_be_read(self, visit):
        page = visit(size=NARROW)
        page.locator("#host").select_option("all")
        page.locator("#grid").scroll_into_view_if_needed()
        box, grid = page.locator("th.host span").first.bounding_box(), page.locator("#grid").bounding_box()
        assert grid["x"] <= box["x"]
        assert box["x"] + box["width"] <= grid["x"] + grid["width"]
        heights = page.locator("th.host").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
        assert max(heights) < 40

    def test_one_host_first_and_cells_can_be_hit(self, visit):
        page = visit(size=NARROW)
        assert page.locator("th.host").all_inner_texts() == ["Human"]
        heights = page.locator(".cell").evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().height)")
        assert min(heights) >= 40
        page.locator(".cell").first.click()
        assert page.locator("dialog").bounding_box()["width"] == 375
        assert page.locator("dialog").evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")

"""Wordings of a rise, a fall or no change."""
# ruff: noqa: E501, a sentence stays on one line

from __future__ import annotations

import pytest
from marked import compact, decide, triples

VERBS = [
    ("{Plasma} [VEGF] quadrupled after training.", "VEGF plasma up"),
    ("{Serum} [IL-6] climbed from 3 to 9 pg/ml during the first year.", "IL-6 serum up"),
    ("{Serum} [BDNF] plummeted after surgery.", "BDNF serum down"),
    ("{Serum} [IL-6] remained flat over twelve months.", "IL-6 serum same"),
    ("{Serum} [IL-6] was indistinguishable between the groups.", "IL-6 serum same"),
    ("{CSF} [IL-8] was virtually the same in patients and controls.", "IL-8 CSF same"),
    ("[TNF] in {plasma} was no different from that of controls.", "TNF plasma same"),
    ("{Plasma} [TNF] did not move during treatment.", "TNF plasma same"),
    ("{Serum} [IL-2] stayed the same throughout.", "IL-2 serum same"),
    ("{Serum} [IL-2] did not separate patients from controls.", "IL-2 serum same"),
    (
        "{Plasma} levels of [IL-2], [IL-4] and [IL-5] were all significantly above those of controls, whereas [IFN-γ] was well below.",
        "IL-2 plasma up; IL-4 plasma up; IL-5 plasma up; IFN-γ plasma down",
    ),
    ("{Serum} [IL-2] was on average 30% lower in patients.", "IL-2 serum down"),
    ("{Serum} [IL-2] was 40 percent higher.", "IL-2 serum up"),
    ("{Serum} [IL-2] fell by 30%.", "IL-2 serum down"),
    ("The drug cut {serum} [TNF] by half.", "TNF serum down"),
    ("Infusion halved {plasma} [TNF] but doubled [IL-10].", "TNF plasma down; IL-10 plasma up"),
    ("Exercise drove up {plasma} [IL-6].", "IL-6 plasma up"),
    ("Treatment left {serum} [IL-6] unchanged.", "IL-6 serum same"),
    ("Treatment lowered {serum} [IL-6] and left [IL-10] untouched.", "IL-6 serum down; IL-10 serum same"),
    ("The antibody suppressed {serum} [TNF] without affecting [IL-1].", "TNF serum down; IL-1 serum same"),
    ("Treatment was without effect on {plasma} [TNF].", "TNF plasma same"),
    ("Treatment failed to change {plasma} [TNF].", "TNF plasma same"),
    ("Treatment caused a fall in {plasma} [TNF].", "TNF plasma down"),
    ("Vitamin D led to lower {plasma} [TNF].", "TNF plasma down"),
    ("{Plasma} [TNF] showed a steep rise after the injury.", "TNF plasma up"),
    ("{Plasma} [TNF] showed no change.", "TNF plasma same"),
    ("{Plasma} [IL-6] showed a decreasing course over time.", "IL-6 plasma down"),
    ("{Plasma} [IL-6] was up-regulated in cases, [IL-4] down-regulated.", "IL-6 plasma up; IL-4 plasma down"),
    ("{Plasma} [IL-6] was found to be raised.", "IL-6 plasma up"),
    ("We saw an elevation of [IL-6] in {plasma}.", "IL-6 plasma up"),
    (
        "An increase of {serum} [IL-6] was seen, together with a reduction of [IL-10].",
        "IL-6 serum up; IL-10 serum down",
    ),
    ("There was neither an increase in {serum} [IL-6] nor a decrease in [IL-10].", "IL-6 serum same; IL-10 serum same"),
    ("Neither {serum} [IL-6] nor [IL-10] differed between groups.", "IL-6 serum same; IL-10 serum same"),
    ("Neither [IL-6] nor [IL-10] in {serum} was elevated.", "IL-6 serum same; IL-10 serum same"),
    ("No group difference emerged for {serum} [IL-6] or [IL-10].", "IL-6 serum same; IL-10 serum same"),
    ("For [IL-6] and [IL-8] in {CSF} the groups did not differ.", "IL-6 CSF same; IL-8 CSF same"),
    ("The groups did not differ with respect to {serum} [IL-6] or [TNF].", "IL-6 serum same; TNF serum same"),
    ("Patients and controls had similar {serum} [IL-6].", "IL-6 serum same"),
    ("Patients and controls were comparable for {serum} [IL-6] and [IL-8].", "IL-6 serum same; IL-8 serum same"),
    ("Patients did not differ from controls in {serum} [IL-6].", "IL-6 serum same"),
    ("Patients differed from controls in having higher {serum} [IL-6].", "IL-6 serum up"),
    ("The patients were characterised by raised {serum} [IL-6] and reduced [BDNF].", "IL-6 serum up; BDNF serum down"),
]
PHRASES = [
    (
        "In {serum}, [IL-6] and [TNF] were on average higher in the patients; [IL-10] was lower and [IL-4] alike.",
        "IL-6 serum up; TNF serum up; IL-10 serum down; IL-4 serum same",
    ),
    (
        "Patients had raised {serum} [IL-6] (p = 0.01) and [IL-8] (p = 0.03), reduced [IL-10] (p = 0.02), and normal [TNF].",
        "IL-6 serum up; IL-8 serum up; IL-10 serum down",
    ),
    ("[IL-6] was up and [IL-10] down in {plasma} of the treated mice.", "IL-6 plasma up; IL-10 plasma down"),
    ("{Plasma} [IL-6] was found at higher concentrations in patients.", "IL-6 plasma up"),
    ("Higher concentrations of [IL-6] were found in {plasma} of patients.", "IL-6 plasma up"),
    (
        "Compared with vehicle, the drug lowered {plasma} [IL-6] by 40% and [TNF] by 20%, but [IL-10] remained as it was.",
        "IL-6 plasma down; TNF plasma down; IL-10 plasma same",
    ),
    ("{Plasma} [IL-6] showed a threefold increase.", "IL-6 plasma up"),
    ("A twofold rise was recorded for {plasma} [IL-6] and [IL-8].", "IL-6 plasma up; IL-8 plasma up"),
    ("{CSF} [IL-8] concentrations of patients and controls overlapped.", "IL-8 CSF same"),
    ("{CSF} [IL-8] concentrations fell within the range of controls.", "IL-8 CSF same"),
    ("{CSF} [IL-8] concentrations were within the normal range.", "IL-8 CSF same"),
    ("With regard to {CSF} [IL-8], patients and controls were indistinguishable.", "IL-8 CSF same"),
    ("There was no significant group effect on {CSF} [IL-8] or [IL-6].", "IL-8 CSF same; IL-6 CSF same"),
    ("{CSF} [IL-8] and [IL-6] did not show any difference between groups.", "IL-8 CSF same; IL-6 CSF same"),
    ("{CSF} [IL-8] and [IL-6] showed no difference between groups.", "IL-8 CSF same; IL-6 CSF same"),
    (
        "Mean {CSF} [IL-8] was 10 pg/ml in patients and 11 pg/ml in controls, a non-significant difference.",
        "IL-8 CSF same",
    ),
    ("The rise of {serum} [IL-6] was confined to patients with bulbar onset.", "IL-6 serum up"),
    ("Among patients, fast progressors had higher {serum} [IL-6] than slow progressors.", "IL-6 serum up"),
    ("{Serum} [IL-6] was higher in fast than in slow progressors.", "IL-6 serum up"),
    ("Deceased patients had had higher {serum} [IL-6] than those still alive.", "IL-6 serum up"),
    ("Carriers of the mutation had {serum} [IL-6] levels similar to those of non-carriers.", "IL-6 serum same"),
    ("Over the year, {serum} [IL-6] crept upwards whereas [BDNF] drifted down.", "IL-6 serum up; BDNF serum down"),
    (
        "Between the first and last visit {serum} [IL-6] increased in patients and stayed constant in controls.",
        "IL-6 serum up; IL-6 serum same",
    ),
    ("Riluzole brought {serum} [IL-6] down to the level of controls.", "IL-6 serum down"),
    ("Under treatment, {serum} [IL-6] normalised.", "IL-6 serum down"),
    ("{Serum} [IL-6] decreased with treatment.", "IL-6 serum down"),
    ("{Serum} [IL-6] was unaltered by treatment, but that of [TNF] was lowered.", "IL-6 serum same; TNF serum down"),
    (
        "Treated patients displayed a drop in {serum} [IL-6] and [TNF], and a gain in [IL-10].",
        "IL-6 serum down; TNF serum down; IL-10 serum up",
    ),
    ("Treatment was followed by lower {serum} [IL-6] and [TNF].", "IL-6 serum down; TNF serum down"),
    ("In the placebo arm {serum} [IL-6] did not change.", "IL-6 serum same"),
    ("Mutant mice had excess {serum} [IL-6].", "IL-6 serum up"),
    ("{Serum} of patients contained more [IL-6] than {serum} of controls.", "IL-6 serum up"),
    ("{Serum} of patients was richer in [IL-6].", "IL-6 serum up"),
    ("{Serum} of patients was poor in [BDNF].", "BDNF serum down"),
    ("{Serum} [BDNF] was deficient in patients.", "BDNF serum down"),
    ("Patients showed a deficit of {serum} [BDNF].", "BDNF serum down"),
    ("Neither at baseline nor later did {serum} [IL-6] differ between arms.", "IL-6 serum same"),
    ("At no time did {serum} [IL-6] differ between arms.", "IL-6 serum same"),
    ("{Serum} [IL-6] differed between arms at no time point.", "IL-6 serum same"),
    ("{Serum} [IL-6] hardly changed.", "IL-6 serum same"),
    (
        "[IL-6], [IL-8] (both p < 0.01) and [TNF] (p = 0.03) in {serum} were increased.",
        "IL-6 serum up; IL-8 serum up; TNF serum up",
    ),
    (
        "Increases were seen in {serum} [IL-6] and [IL-8], decreases in [IL-10].",
        "IL-6 serum up; IL-8 serum up; IL-10 serum down",
    ),
    ("Increases were seen for {serum} [IL-6] and decreases for [IL-10].", "IL-6 serum up; IL-10 serum down"),
    (
        "Significantly raised were {serum} [IL-6] and [TNF]; significantly lowered was [IL-10].",
        "IL-6 serum up; TNF serum up; IL-10 serum down",
    ),
    (
        "{Serum} [IL-6] and [IL-8] but not [TNF] or [IL-1] were raised in patients.",
        "IL-6 serum up; IL-8 serum up; TNF serum same; IL-1 serum same",
    ),
    ("Apart from [IL-6], which rose, no {serum} cytokine changed.", "IL-6 serum up"),
    ("With the exception of [TNF], all {serum} cytokines were raised in patients.", "TNF serum same"),
    ("Patients had higher {serum} [IL-6] than healthy controls and than patients with stroke.", "IL-6 serum up"),
    (
        "{Serum} [IL-6] was higher in patients than in controls but similar to that in stroke.",
        "IL-6 serum up; IL-6 serum same",
    ),
    ("{Serum} [IL-6] was lower than in stroke, but higher than in controls.", "IL-6 serum down; IL-6 serum up"),
    ("{Serum} [IL-6] correlated with age and was higher in patients.", "IL-6 serum up"),
    ("{Serum} [IL-6] was higher in patients and correlated with age.", "IL-6 serum up"),
    ("{Serum} [IL-6], which correlated with age, was higher in patients.", "IL-6 serum up"),
    ("Treatment with anti-[IL-6] lowered {serum} [TNF].", "TNF serum down"),
    ("[IL-2] treatment raised {plasma} [IL-5].", "IL-5 plasma up"),
    ("These results show raised {serum} [IL-6] in patients.", "IL-6 serum up"),
]
NOTHING = [
    (
        "Several studies found {serum} [IL-6] to be increased, others did not.\nWe enrolled ten people.\nAll were well.",
        "",
    ),
    ("{Serum} [IL-2] was decreased according to one study.\nWe enrolled ten people.\nAll were well.", ""),
    ("Whether [IL-6] is elevated in {plasma} remains to be shown.", ""),
    ("{Plasma} [IL-6] tracked disease severity.", ""),
    ("A high {plasma} [IL-6] at entry carried a poorer prognosis.", ""),
    ("[IL-6] in {plasma} was below the limit of detection.", ""),
    ("Better function went with greater {serum} [BDNF].", ""),
    ("Mean {CSF} [IL-8] was 20 pg/ml in patients against 10 pg/ml in controls (p < 0.001).", ""),
    ("{Serum} [IL-6] levels: patients > controls.", ""),
    ("Patients with higher {serum} [IL-6] survived less long.", ""),
    ("{Serum} [IL-6] did not correlate with age.", ""),
    ("No correlation was found between {serum} [IL-6] and age.", ""),
    ("No association was found between {serum} [IL-6] and progression.", ""),
    ("{Serum} [IL-6] was not associated with survival.", ""),
    ("{Serum} [IL-6] did not predict survival.", ""),
    ("The ratio of {serum} [IL-6] to [IL-10] was increased.", ""),
    ("Further studies should test whether {serum} [IL-6] is increased.", ""),
]


@pytest.mark.parametrize(("text", "wanted"), VERBS + PHRASES + NOTHING)
def test_is_read_as(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)


QUIET = [
    ("{Serum} [IL-2] and [IL-4] could not be told apart between the groups.", "IL-2 serum same; IL-4 serum same"),
    ("{Serum} [IL-2] stood still.", "IL-2 serum same"),
    ("{Serum} [IL-2] did not depart from the starting value.", "IL-2 serum same"),
    ("Surgery increased {plasma} [leptin] without raising [IL-6].", "leptin plasma up; IL-6 plasma same"),
    ("{Plasma} [IL-6] rose and [TNF] changed little.", "IL-6 plasma up; TNF plasma same"),
    (
        "None of the other variables including {serum} [IL-6] and [TNF] were different between the arms.",
        "IL-6 serum same; TNF serum same",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), QUIET)
def test_no_change_is_read(text: str, wanted: str) -> None:
    assert decide(compact(text)) == triples(wanted)

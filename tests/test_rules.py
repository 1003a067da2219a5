"""The rule classifier on one marked-up sentence per phenomenon."""
# ruff: noqa: E501, a marked-up sentence stays on one line

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import DIRECTIONS, decide, expected, read_marked, triples

from extractor.candidates import find_candidates
from extractor.cues import find_cues
from extractor.rules import RuleClassifier, votes

PLAIN = [
    "\n<cyt>IL-6</cyt> was <up>raised</up> in <fluid>CSF</fluid> of the patients.",
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was significantly <up>higher</up> in patients than in healthy controls.",
    "\n<fluid>Plasma</fluid> <cyt>BDNF</cyt> <down>fell</down> after six weeks of treatment.",
    "\nPatients had <up>elevated</up> <fluid>serum</fluid> levels of <cyt>IL-6</cyt>, <cyt>IL-8</cyt> and <cyt>TNF</cyt>.",
    "\nA marked <up>increase</up> in <fluid>urinary</fluid> <cyt>MCP-1</cyt> was seen in the nephritis group.",
    "\nThe infusion <down>reduced</down> <fluid>plasma</fluid> <cyt>TNF</cyt> concentrations.",
    "\nWe found <down>lower</down> <cyt>IGF-1</cyt> concentrations in <fluid>serum</fluid> of the children.",
    "\n<fluid>Plasma</fluid> levels of <cyt>leptin</cyt> were <down>decreased</down> by 40% (P < 0.01).",
    "\nThere was a significant <down>reduction</down> in <fluid>serum</fluid> <cyt>VEGF</cyt> after resection.",
    "\n<cyt>G-CSF</cyt> concentrations in <fluid>plasma</fluid> <up>rose</up> within four hours of the burn.",
    "\nThe mice showed <up>increased</up> <fluid>serum</fluid> <cyt>IL-17</cyt> after infection.",
    "\n<fluid>CSF</fluid> <cyt>IL-10</cyt> and <cyt>IL-4</cyt> <up>increased</up> significantly in the patient group.",
    "\nBaseline <fluid>serum</fluid> levels of <cyt>IL-18</cyt> were <up>above</up> the normal range; they <up>were above</up> those of controls.",
]
REMARKS = [
    "\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> was <up>increased</up> in the patients, which could explain the fever.",
    "\n<fluid>Serum</fluid> <cyt>TNF</cyt> was <down>lower</down> in the carriers and may be a marker of mild disease.",
    "\nThere was a <up>rise</up> in <fluid>CSF</fluid> <cyt>IL-8</cyt>, suggesting that it might be involved.",
    "\nThe first arm showed a significant <up>increase</up> in <fluid>plasma</fluid> <cyt>IL-6</cyt>, which might be harmful.",
]
UNCHANGED = [
    "\nNeither drug had a significant <same>effect</same> on <fluid>plasma</fluid> levels of <cyt>IL-6</cyt>.",
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> did <same>not differ</same> between patients and controls.",
    "\n<same>No significant difference</same> was found in <fluid>plasma</fluid> <cyt>TNF</cyt> between the groups.",
    "\nThere were <same>no differences</same> in <fluid>CSF</fluid> levels of <cyt>IL-1</cyt> and <cyt>IL-2</cyt>.",
    "\n<fluid>Serum</fluid> <cyt>IGF-1</cyt> remained <same>unchanged</same> during the trial.",
    "\n<fluid>Plasma</fluid> <cyt>leptin</cyt> was <same>not affected</same> by the diet.",
    "\n<fluid>CSF</fluid> <cyt>IL-10</cyt> was <same>similar</same> in patients and controls.",
    "\nTreatment had <same>no effect</same> on <fluid>serum</fluid> <cyt>BDNF</cyt>.",
    "\n<fluid>Serum</fluid> <cyt>IL-8</cyt> was <same>not increased</same> in the patients.",
    "\nThe drug <same>did not alter</same> <fluid>plasma</fluid> <cyt>IL-6</cyt> concentrations.",
    "\n<same>No increase</same> in <fluid>serum</fluid> <cyt>TNF</cyt> was observed.",
    "\nThe groups had <same>comparable</same> <fluid>plasma</fluid> <cyt>VEGF</cyt> levels.",
    "\nThe differences in <fluid>serum</fluid> <cyt>IL-12</cyt> were <same>not significant</same>.",
]
MIXED = [
    # list flips
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> and <cyt>IL-8</cyt> rose while <cyt>IFN-γ</cyt> fell.",
        "IL-6 serum up; IL-8 serum up; IFN-γ serum down",
    ),
    (
        "\nIn <fluid>plasma</fluid>, <cyt>IL-6</cyt> was increased, whereas <cyt>IL-10</cyt> was decreased.",
        "IL-6 plasma up; IL-10 plasma down",
    ),
    (
        "\nPatients had higher <fluid>serum</fluid> <cyt>IL-6</cyt> and lower <cyt>IL-10</cyt> levels.",
        "IL-6 serum up; IL-10 serum down",
    ),
    (
        "\n<fluid>CSF</fluid> <cyt>MCP-1</cyt> was elevated but <cyt>IL-10</cyt> was not altered.",
        "MCP-1 CSF up; IL-10 CSF same",
    ),
    (
        "\nThe drug decreased <fluid>serum</fluid> <cyt>TNF</cyt> and increased <cyt>IL-10</cyt>.",
        "TNF serum down; IL-10 serum up",
    ),
    # one fluid but not the other, ahead of the cytokine
    (
        "\nIn <fluid>CSF</fluid>, but not in <fluid>serum</fluid>, <cyt>IL-8</cyt> was raised.",
        "IL-8 CSF up; IL-8 serum same",
    ),
    ("\n<fluid>CSF</fluid>, but not <fluid>serum</fluid>, <cyt>IL-8</cyt> was raised.", "IL-8 CSF up; IL-8 serum same"),
    # the controls are the subject
    (
        "\nHealthy controls had lower <fluid>serum</fluid> levels of <cyt>IL-6</cyt> and <cyt>TNF</cyt> than patients.",
        "IL-6 serum up; TNF serum up",
    ),
    ("\nControls exhibited significantly higher <fluid>plasma</fluid> <cyt>IL-10</cyt>.", "IL-10 plasma down"),
    # only one of two is not significant
    (
        "\nThere was a nonsignificant increase in <fluid>serum</fluid> <cyt>IL-6</cyt> and a significant increase in <fluid>serum</fluid> <cyt>IL-8</cyt>.",
        "IL-8 serum up",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> rose in one arm and did not change in the other.",
        "IL-6 serum up; IL-6 serum same",
    ),
    ("\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> was not reliably reduced by the drug.", "IL-6 plasma same"),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> did not differ either between the phases or during treatment.",
        "IL-6 serum same",
    ),
    (
        "\nPatients showed a rise in <fluid>serum</fluid> <cyt>IL-6</cyt> that was associated with severity.",
        "IL-6 serum up",
    ),
    # several statements in one sentence, each with a subject and a verb of its own
    (
        "\nIn the sheep <fluid>plasma</fluid> <cyt>IL-6</cyt> rose, <cyt>TNF</cyt> did not, and <cyt>IL-13</cyt> decreased.",
        "IL-6 plasma up; TNF plasma same; IL-13 plasma down",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-8</cyt> was 18% lower in divers than in miners, <cyt>CCL3</cyt> showed no such decrease.",
        "IL-8 serum down; CCL3 serum same",
    ),
    (
        "\n<cyt>IL-4</cyt> in <fluid>saliva</fluid> was higher, and <cyt>IL-5</cyt> in <fluid>tears</fluid> lower, in the potters.",
        "IL-4 saliva up; IL-5 tears down",
    ),
    # associations: an intervention's are its effects, and what follows one is a statement of its own
    (
        "\nVitamin supplementation was associated with a significant decrease in <fluid>plasma</fluid> <cyt>IL-6</cyt>.",
        "IL-6 plasma down",
    ),
    (
        "\nPlatelet counts were associated with age, and <fluid>serum</fluid> <cyt>CXCL4</cyt> levels were reduced in the patients.",
        "CXCL4 serum down",
    ),
    (
        "\nNeither <fluid>serum</fluid> nor <fluid>CSF</fluid> <cyt>IL-6</cyt> differed between the groups.",
        "IL-6 serum same; IL-6 CSF same",
    ),
    # the comparator first
    (
        "\nHeadache controls had lower <cyt>MCP-1</cyt> in <fluid>CSF</fluid> than patients with ALS.",
        "MCP-1 CSF up",
    ),
    (
        "\n<fluid>CSF</fluid> levels of <cyt>MCP-1</cyt> in the control group lay below those of ALS patients.",
        "MCP-1 CSF up",
    ),
    # exceptions
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt>, but not <cyt>IL-8</cyt>, was raised in the patients.",
        "IL-6 serum up; IL-8 serum same",
    ),
    (
        "\nPatients showed increased <fluid>plasma</fluid> <cyt>IL-6</cyt> but not <cyt>TNF</cyt>.",
        "IL-6 plasma up; TNF plasma same",
    ),
    (
        "\n<cyt>IL-6</cyt> was raised in <fluid>serum</fluid> but not in <fluid>CSF</fluid>.",
        "IL-6 serum up; IL-6 CSF same",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>leptin</cyt> rose in treated patients, whereas the control group did not show any changes.",
        "leptin serum up; leptin serum same",
    ),
    # reversed comparators
    ("\n<fluid>Serum</fluid> <cyt>IL-10</cyt> was higher in controls than in patients.", "IL-10 serum down"),
    ("\nHealthy controls had lower <fluid>plasma</fluid> <cyt>TNF</cyt> than patients.", "TNF plasma up"),
    ("\nUnsensitised runners had lower <fluid>serum</fluid> <cyt>TNF</cyt> than sensitised ones.", "TNF serum up"),
    ("\nIn the saline rats <fluid>plasma</fluid> <cyt>TNF</cyt> was higher than in burned rats.", "TNF plasma down"),
    ("\nTreatment with X lowered total <fluid>serum</fluid> <cyt>TNF</cyt>.", "TNF serum down"),
    ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was lower in survivors than in nonsurvivors.", "IL-6 serum up"),
    ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was lower in patients than in controls.", "IL-6 serum down"),
    ("\n<fluid>Plasma</fluid> <cyt>IL-8</cyt> was higher in non-survivors than in survivors.", "IL-8 plasma up"),
    # respectively
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> and <cyt>IL-10</cyt> were increased and decreased, respectively.",
        "IL-6 serum up; IL-10 serum down",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> and <cyt>IL-8</cyt> were higher (P = 0.01 and P = 0.02, respectively).",
        "IL-6 serum up; IL-8 serum up",
    ),
    # attenuation
    (
        "\nThe antagonist attenuated the endotoxin-induced increase in <fluid>plasma</fluid> <cyt>TNF</cyt>.",
        "TNF plasma down; TNF plasma up",
    ),
    (
        "\nThe increase in <fluid>serum</fluid> <cyt>IL-6</cyt> was prevented by the antibody.",
        "IL-6 serum down; IL-6 serum up",
    ),
    (
        "\nFeeding prevented the decline in <fluid>serum</fluid> <cyt>IGF-1</cyt>.",
        "IGF-1 serum up; IGF-1 serum down",
    ),
    # elliptic subjects
    (
        "\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> rose during surgery, but fell thereafter.",
        "IL-6 plasma up; IL-6 plasma down",
    ),
    # several fluids
    (
        "\n<cyt>IL-6</cyt> was increased in <fluid>serum</fluid> and <fluid>CSF</fluid>.",
        "IL-6 serum up; IL-6 CSF up",
    ),
    (
        "\n<cyt>IL-6</cyt> was increased in <fluid>serum</fluid> and <cyt>IL-8</cyt> was increased in <fluid>CSF</fluid>.",
        "IL-6 serum up; IL-8 CSF up",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was higher and <fluid>urinary</fluid> <cyt>MCP-1</cyt> was lower in patients.",
        "IL-6 serum up; MCP-1 urine down",
    ),
    (
        "\n<fluid>Blood</fluid> urea was normal, but <cyt>IL-6</cyt> in <fluid>plasma</fluid> was raised.",
        "IL-6 plasma up",
    ),
]
ELSEWHERE = [
    # the fluid stands in another sentence
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was measured by ELISA.\n<cyt>IL-6</cyt> levels were higher in patients.",
        "IL-6 serum up",
    ),
    ("<fluid>CSF</fluid> cytokines in meningitis\n<cyt>IL-6</cyt> levels were higher in patients.", "IL-6 CSF up"),
    (
        "\nCytokines were measured in <fluid>serum</fluid> and <fluid>CSF</fluid>.\n<cyt>IL-6</cyt> levels were higher in patients.",
        "IL-6 serum up; IL-6 CSF up",
    ),
    (
        "\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> and <fluid>urinary</fluid> <cyt>MCP-1</cyt> were measured.\n<cyt>MCP-1</cyt> was lower.",
        "MCP-1 urine down",
    ),
    (
        "\n<fluid>Plasma</fluid> <cyt>TNF</cyt> was assayed.\n<fluid>Circulating</fluid> <cyt>TNF</cyt> levels were higher after reperfusion.",
        "TNF plasma up",
    ),
    # anaphora
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> and <cyt>IL-8</cyt> were measured.\nBoth cytokines were higher in patients.",
        "IL-6 serum up; IL-8 serum up",
    ),
    (
        "\n<cyt>IL-1</cyt>, <cyt>IL-2</cyt>, <cyt>IL-3</cyt>, <cyt>IL-4</cyt> and <cyt>IL-5</cyt> were assayed in <fluid>serum</fluid>.\nAll five cytokines were elevated in the patients.",
        "IL-1 serum up; IL-2 serum up; IL-3 serum up; IL-4 serum up; IL-5 serum up",
    ),
    (
        "\n<cyt>IL-1</cyt> and <cyt>IL-2</cyt> were assayed in <fluid>serum</fluid>.\nAll five cytokines were elevated.",
        "",
    ),
    (
        "\n<cyt>IL-1</cyt> and <cyt>IL-2</cyt> were assayed in <fluid>plasma</fluid>.\nThese cytokines did not differ between groups.",
        "IL-1 plasma same; IL-2 plasma same",
    ),
    (
        "\n<cyt>CCL2</cyt> attracts monocytes and was assayed in <fluid>serum</fluid>.\nIncreased levels of this chemokine were found in patients.",
        "CCL2 serum up",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> rose after the burn.\nTreatment restored <cyt>IL-6</cyt> levels.",
        "IL-6 serum up; IL-6 serum down",
    ),
    (
        "\n<fluid>Serum</fluid> was obtained from patients and from controls.\nPatients had higher <cyt>IL-6</cyt> than controls.",
        "IL-6 serum up",
    ),
    (
        "\n<fluid>CSF</fluid> cytokines were measured.\n<cyt>RANTES</cyt> was decreased regardless of whether a mutation was present.",
        "RANTES CSF down",
    ),
    (
        "\n<fluid>BALF</fluid> recovered from the lungs of mutant mice revealed elevated levels of <cyt>IL-5</cyt>.",
        "IL-5 BALF up",
    ),
    (
        "\n<cyt>IL-5</cyt> in <fluid>BALF</fluid> of the mutants was raised, features associated with eosinophilia.",
        "IL-5 BALF up",
    ),
    (
        "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> and <cyt>TNF</cyt> were assayed.\nThey were significantly higher in patients.",
        "IL-6 serum up; TNF serum up",
    ),
    (
        "\n<cyt>IL-6</cyt> was raised in <fluid>CSF</fluid>.\nThe <fluid>serum</fluid> levels, however, were the same in both groups.",
        "IL-6 CSF up; IL-6 serum same",
    ),
    # groups that were spared, before the verb
    ("\nThe new, but not the old, drug raised <fluid>serum</fluid> <cyt>IL-6</cyt>.", "IL-6 serum up; IL-6 serum same"),
    (
        "\nSurgery but not rest led to a clear rise in <fluid>plasma</fluid> <cyt>IL-8</cyt>.",
        "IL-8 plasma up; IL-8 plasma same",
    ),
    (
        "\nThe <fluid>CSF</fluid> level of <cyt>MCP-1</cyt>, but not its <fluid>serum</fluid> level, was higher in patients.",
        "MCP-1 CSF up; MCP-1 serum same",
    ),
    # long lists, sizes of changes, effects told as associations
    (
        "\nThere were no differences in risk factors, blood pressure, or <fluid>plasma</fluid> <cyt>IL-6</cyt> between the groups.",
        "IL-6 plasma same",
    ),
    (
        "\nThe changes in circulating <fluid>serum</fluid> <cyt>IL-6</cyt> did not reach statistical significance.",
        "IL-6 serum same",
    ),
    (
        "\nThe fall in <fluid>serum</fluid> <cyt>IL-6</cyt> was greater with the drug than with placebo.",
        "IL-6 serum down",
    ),
    (
        "\nThe drug caused larger decreases from baseline in <fluid>serum</fluid> <cyt>IL-6</cyt> than did placebo.",
        "IL-6 serum down",
    ),
    (
        "\nThese benefits were associated with less oedema in the lung, and reduced <fluid>BALF</fluid> <cyt>TNF</cyt>.",
        "TNF BALF down",
    ),
    ("\nThe only significant reduction observed was for <fluid>serum</fluid> <cyt>IL-1RA</cyt>.", "IL-1RA serum down"),
    ("\n<fluid>Serum</fluid> <cyt>IL-6</cyt> increased slightly in the treated group.", "IL-6 serum up"),
    (
        "\nThe drug led to an inhibition of the LPS-induced increase in <fluid>plasma</fluid> <cyt>TNF</cyt>.",
        "TNF plasma down; TNF plasma up",
    ),
    (
        "\nGrooms had higher <cyt>IL-33</cyt> in <fluid>tears</fluid> than riders.\nNo difference was detected in <fluid>serum</fluid>.",
        "IL-33 tears up; IL-33 serum same",
    ),
    # the samples come before a conclusion about another fluid
    (
        "Glassblowers\nMETHODS: The cytokine was determined in <fluid>saliva</fluid>. RESULTS: Mean <cyt>IL-33</cyt> was higher in blowers than in clerks. CONCLUSIONS: Nothing is known of <cyt>IL-33</cyt> in <fluid>serum</fluid>.",
        "IL-33 saliva up",
    ),
]
NOTHING = [
    "\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> is increased in this disease and may play a role.",
    "\nIt was shown that the drug, an old one, may increase <fluid>serum</fluid> <cyt>IL-6</cyt>.",
    "\nThe severity score was associated with higher <fluid>serum</fluid> <cyt>IL-6</cyt>.",
    "\n<fluid>CSF</fluid> of patients was injected into rats, and the muscle was studied.\n<cyt>BDNF</cyt> was increased.",
    # something else is raised
    "Effect of increasing doses of riluzole on survival and <fluid>plasma</fluid> <cyt>IL-6</cyt>\n",
    "\nThe risk of death increased with increasing <fluid>serum</fluid> <cyt>IL-6</cyt> levels.",
    "\nThe group with a high <fluid>plasma</fluid> <cyt>IL-6</cyt> level had a higher risk of death.",
    "\nThe primary end point was an increase of 50% or more in <fluid>serum</fluid> <cyt>IL-6</cyt>.",
    # association, prediction
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> correlated with disease severity.",
    "\nHigher <fluid>serum</fluid> <cyt>IL-6</cyt> was associated with shorter survival.",
    "\nElevated <fluid>plasma</fluid> <cyt>IL-8</cyt> predicted death (HR = 2.1).",
    "\nIn regression analysis <fluid>serum</fluid> <cyt>leptin</cyt> was related to body mass.",
    "\nSeverity correlated with increased <fluid>plasma</fluid> <cyt>IL-6</cyt>.",
    "\nPatients with high <fluid>serum</fluid> <cyt>IL-6</cyt> died earlier.",
    # aims, methods, background
    "\nThe aim was to determine whether <fluid>serum</fluid> <cyt>IL-6</cyt> is increased in patients.",
    "\nWe hypothesized that <fluid>plasma</fluid> <cyt>TNF</cyt> would be higher in patients.",
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was measured by ELISA before and after treatment.",
    "\nPrevious studies have shown that <fluid>serum</fluid> <cyt>IL-6</cyt> is increased in this disease.\nWe enrolled ten people.\nAll were well.",
    "\nBACKGROUND: <fluid>Serum</fluid> <cyt>IL-6</cyt> is elevated in obesity.\nRESULTS: All patients recovered.",
    "\n<cyt>IL-6</cyt> may increase in <fluid>serum</fluid> of patients.\nWe enrolled ten people.\nAll were well.",
    # no way given
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> was altered in the patients.",
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> and <cyt>IL-8</cyt> differed significantly between groups.",
    # cut-offs, risk, a state without a comparison
    "\nPatients with <fluid>serum</fluid> <cyt>IL-6</cyt> levels greater than 10 pg/ml were admitted.",
    "\nA rise in <fluid>plasma</fluid> <cyt>IL-8</cyt> did not change the risk of relapse in clinically stable patients.",
    "\n<fluid>Serum</fluid> <cyt>IL-10</cyt> was low.",
    "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> is often elevated in people with obesity.\nWe enrolled ten people.\nAll were well.",
    # cells, tissue, genes
    "\n<fluid>Serum</fluid> creatinine was measured.\n<cyt>IL-6</cyt> mRNA was increased in the liver.",
    "\n<fluid>Serum</fluid> was collected.\n<cyt>TNF</cyt> was increased in culture supernatants of stimulated monocytes.",
    "\nCells were isolated from <fluid>peripheral blood</fluid>.\nThese cells produced more <cyt>IL-2</cyt> and showed increased <cyt>IFN-γ</cyt> secretion.",
    "\n<fluid>Plasma</fluid> glucose fell.\nHippocampal <cyt>BDNF</cyt> levels were increased.",
    "\nThe percentage of <cyt>CD25</cyt>+ cells was higher in <fluid>blood</fluid>.",
    # administered, blocked, ratios, another analyte
    "\n<cyt>IL-2</cyt> infusion increased <fluid>serum</fluid> cortisol.",
    "\nRecombinant <cyt>EPO</cyt> raised <fluid>blood</fluid> haemoglobin.",
    "\nThe <cyt>IL-6</cyt>/<cyt>IL-10</cyt> ratio was higher in <fluid>serum</fluid> of patients.",
    "\nAnti-<cyt>TNF</cyt> antibody reduced <fluid>serum</fluid> C-reactive protein.",
    "\nThe rise in <fluid>plasma</fluid> endothelin was independent of <cyt>TNF</cyt>.",
    "\n<fluid>Serum</fluid> levels of <cyt>FLT1</cyt> were higher than those of <cyt>PlGF</cyt>.",
    # given, cultured or spiked outside the body, a correlation, left open
    "\nThe <fluid>serum</fluid> albumin of the calves increased with <cyt>erythropoietin</cyt>.",
    "\nThere was a rise of <fluid>plasma</fluid> cholesterol under <cyt>GM-CSF</cyt>.",
    "\n<cyt>IL-6</cyt> application raised <fluid>plasma</fluid> glucose.",
    "\n<fluid>Whole blood</fluid> of the divers spiked with zymosan gave more <cyt>IL-6</cyt>.",
    "\n<fluid>Serum</fluid> cytokine levels were measured by ELISA in all calves. In the spleen <cyt>TNF</cyt> rose; <cyt>IL-8</cyt> fell.",
    "\nThe drug went into <fluid>plasma</fluid> without lowering hepatic <cyt>HGF</cyt>.",
    "\n<fluid>Plasma</fluid> <cyt>IL-6</cyt> rose with zinc (r = 0.51).",
    "\nRelease of <cyt>CXCL1</cyt> was higher when the cells were incubated with patients' <fluid>serum</fluid>.",
    "\n<cyt>IL-6</cyt> secretion was reduced in the presence of 10% ALS <fluid>plasma</fluid>.",
    "\nMicroglia expressed more <cyt>TNF</cyt> with septic <fluid>serum</fluid> than without.",
    "\nAn increase of <fluid>serum</fluid> <cyt>IL-6</cyt> by frost was not tested.",
]


@pytest.mark.parametrize("marked", PLAIN + REMARKS + UNCHANGED)
def test_one_direction(marked: str) -> None:
    assert decide(marked) == expected(marked)


@pytest.mark.parametrize(("marked", "wanted"), MIXED + ELSEWHERE)
def test_scope_and_fluid(marked: str, wanted: str) -> None:
    assert decide(marked) == triples(wanted)


@pytest.mark.parametrize("marked", NOTHING)
def test_no_finding(marked: str) -> None:
    assert decide(marked) == set()


def test_stated_non_significance_is_no_sure_decision() -> None:
    marked = "\n<fluid>Serum</fluid> <cyt>IL-6</cyt> tended to be higher in patients (NS)."
    assert decide(marked) == set()
    annotated = read_marked(marked)
    vote = votes(annotated, find_candidates(annotated))
    assert list(vote[0]) == ["increased"]
    assert 0 < vote[0]["increased"].score < 0.5


def test_votes_are_aligned_with_candidates() -> None:
    annotated = read_marked(
        "\n<cyt>IL-6</cyt> rose in <fluid>serum</fluid> but not in <fluid>CSF</fluid>, and <cyt>IL-8</cyt> correlated with age."
    )
    candidates = find_candidates(annotated)
    rows = dict(
        zip([(c.cytokine.concept, c.fluid_name) for c in candidates], votes(annotated, candidates), strict=True)
    )
    assert rows["IL-6", "serum"]["increased"].score > 0.5
    assert rows["IL-6", "serum"]["increased"].evidence == annotated.sentences[0]
    assert rows["IL-6", "CSF"]["unchanged"].score > 0.5
    assert rows["IL-6", "unspecified"] == {}
    assert rows["IL-8", "serum"] == {}


def test_one_list_per_article_in_order() -> None:
    some, none = read_marked(PLAIN[0]), read_marked(NOTHING[0])
    batch = [(a, find_candidates(a)) for a in (none, some, none)]
    classifier = RuleClassifier()
    assert [len(decisions) for decisions in classifier.decide(batch)] == [0, 1, 0]
    assert classifier.decide([]) == []
    assert classifier.name == "rules-1"


def test_anaphoric_decision_names_the_sentence_that_says_so() -> None:
    annotated = read_marked(ELSEWHERE[5][0])
    decisions = RuleClassifier().decide([(annotated, find_candidates(annotated))])[0]
    said = {annotated.article.text[slice(*d.candidate.evidence)] for d in decisions}
    assert said == {"Both cytokines were higher in patients."}


def test_scores_are_probabilities_and_the_threshold_selects() -> None:
    annotated = read_marked(PLAIN[1])
    batch = [(annotated, find_candidates(annotated))]
    (decision,) = RuleClassifier().decide(batch)[0]
    assert 0.5 <= decision.score <= 1.0
    assert RuleClassifier(threshold=1.01).decide(batch) == [[]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<cyt>IL-6</cyt>",
                "<fluid>serum</fluid>",
                "rose",
                "higher in",
                "not",
                "than",
                "(P < 0.05)",
                ",",
                ";",
                "but not",
                "no",
                "change",
            ]
        ),
        min_size=1,
        max_size=25,
    )
)
def test_any_word_salad_is_decided_the_same_twice(words: list[str]) -> None:
    marked = "\n" + " ".join(words) + "."
    first = decide(marked)
    assert first == decide(marked)
    assert all(way in DIRECTIONS.values() for _, _, way in first)


@pytest.mark.parametrize(
    ("clause", "verdict", "side"),
    [
        ("\ue000 was higher in patients", "increased", "left"),
        ("patients had higher \ue000", "increased", "right"),
        ("\ue000 did not increase", "unchanged", "left"),
        ("the drug did not increase \ue000", "unchanged", "right"),
        ("no increase in \ue000", "unchanged", "right"),
        ("the drug prevented the increase in \ue000", "decreased", "right"),
        ("\ue000 was not only higher in patients", "increased", "left"),
    ],
)
def test_cues_are_turned_towards_what_they_govern(clause: str, verdict: str, side: str) -> None:
    cue = find_cues(clause)[0]
    assert (cue.verdict, cue.side) == (verdict, side)

"""Whether a fluid's name is a sample: ``blood`` is; ``blood`` + cells, ``serum``-free and culture sera are not."""

from __future__ import annotations

import re

_CELL = (
    r"cells?|lymphocytes?|monocytes?|leukocytes?|leucocytes?|neutrophils?|eosinophils?|granulocytes?|basophils?"
    r"|(?:alveolar )?macrophages?|polymorphs?"
    r"|platelets?|erythrocytes?|reticulocytes?|mono-?nuclears?|PBMCs?|MNCs?|PMNs?|progenitors?|precursors?|blasts?"
    r"|M?P?DCs?|CFU"
    r"|CFU-\w+|BFU-E|lymphoblasts?|thrombocytes?|fibrocytes?|Tregs?|EPCs?|fibroblasts?|phagocytes?|plasmablasts?"
    r"|leuk(?:a)?emias?|burst-forming|colony-forming|WBCs?|HSPCs?|HSCs?|CTCs?|splenocytes?"
)
_CELL_WORD = (
    r"T|B|NK|CD\d+\w*(?:[+-]|\s?\([+-]\))?|mono-?nuclear|polymorphonuclear|dendritic|stem|progenitor|malignant"
    r"|leuk(?:a?e)mic|tumou?r"
    r"|human|neonatal|adult|fetal|activated|inflammatory|immune|natural|killer|endothelial|myeloid|plasmacytoid"
    r"|lymphoid"
    r"|white|red|nucleated|non-?adherent|adherent|total|regulatory|cytotoxic|helper|memory|naive|naïve|normal"
    r"|mature|immature"
    r"|gamma|delta|monocyte-derived|derived|Th\d+|T-?helper|classical|hematopoietic|haematopoietic|cancer"
    r"|autologous|allogeneic"
    r"|and|blood|peripheral|or|lymph|node|spleen|splenic|bone|marrow|neoplastic|metastatic|suppressor|T-suppressor"
    r"|neuroblastoma|melanoma|carcinoma|epithelial"
)
_CELLS_FOLLOW = re.compile(
    rf"(?:\)|\s?\([A-Z]{{2,5}}\))?[\s-]+(?:(?:{_CELL_WORD})[+/,]?[\s-]+){{0,6}}"
    rf"(?i:{_CELL})(?!\w|-derived [cg]|[\s-]+(?:colony[\s-]|inflammatory p|migration inh|chemo))"
)
_CELL_BEARING = re.compile(
    r"(?:(?:peripheral|venous|arterial|cord|umbilical|maternal|portal|circulating)[ -])*blood|circulating|BALF?"
    r"|bronchoalveolar lavage|lavage|sputum|synovial fluid|(?:peritoneal|pleural) (?:exudate|lavage)"
    r"|(?:bone )?marrow plasma|PB|\w*CB",
    re.IGNORECASE,
)
_QUALIFIED_BLOOD = re.compile(r"(?:\w+[ -])+blood", re.IGNORECASE)
_BLOOD_NO_SAMPLE_FOLLOWS = re.compile(
    r"[\s-]+(?:pressures?|flows?(?!\s+cytom)|vessels?|loss|suppl(?:y|ies)|transfusions?|donors?|donations?|circulation"
    r"|velocit(?:y|ies)|vasculature)\b",
    re.IGNORECASE,
)
_WHOLE_BLOOD_CELLS = re.compile(r"whole[ -]blood\s+cells?(?!\s+cultur)\b", re.IGNORECASE)
_BLOOD_CELLS_FOLLOW = re.compile(r"\s+(?:peripheral\s+)?blood\s+(?:T |mononuclear |B )?(?:cell|lymph|mono|leuk|PBMC)")
_NO_SAMPLE_FOLLOWS = re.compile(
    r"[-‐‑–]brain\b(?![-\s]derived)|-(?:free|starv|depriv|suppl|contain|stimul|inducible|reduced|responsive|treated|forming"
    r"|(?:and|or) [\w-]+-free)"
    r"|/(?:glucocorticoid|growth factor)"
    r"|\s+(?:addition\b|induction\b|free\s+(?:medi|condition|co-?cult|cultur|defined|supernat)"
    r"|starv|requirement|amyloid|analy[sz]ers?|trypsin inhibitor|kallidinogenase|node|omitted"
    r"|was (?:omitted|depleted|withdrawn|removed from)|type \d"
    r"|(?:and|or) (?:[\w-]+ ){1,2}(?:starvation|deprivation|withdrawal)|and lymphatic (?:vas|vess|endoth|capill)"
    r"|or solid (?:tumou?r|cancer))",
    re.I,
)
_NO_SAMPLE_BEFORE = re.compile(
    r"(?:(?:presence|absence|doses|lack) of (?:normal )?(?:human )?|\d\s?% (?:\(v/v\) )?"
    r"(?:(?!(?:in|of|from|than|and|or)\b)\w[\w-]* )?(?:human )?"
    r"|supplemented with (?:\w+ ){0,3}"
    r"|medium (?:with|containing) (?:\w+ ){0,2}|incubation with normal human |another heat-labile "
    r"|cultures? containing (?:\w+ ){0,2}|\banti-[\w.-]+ (?:(?!in|and|or|of|from|with|by|to|on)[a-z]+ )?)$",
    re.IGNORECASE,
)
_TORN_BEFORE = re.compile(
    r"(?:annular|dural|perineal|labral|retinal|meniscal|meniscus|ligament|muscle|tendon|cuff|cartilage|intimal|aortic"
    r"|mucosal|splenic|cruciate|ACL|root|capsular|disc|Achilles|o?esophageal|scleral|cervical|vaginal|degree"
    r"|thickness|partial|traumatic|radial|handle) $",
    re.IGNORECASE,
)
_PHRASE_ENDS = re.compile(r"\s*(?:[.,;:()]|$)|\s+(?:and|or|for|in|was|were|but|to|as|factors?|by|on|at|with|from)\b")
_EFFUSION = re.compile(r"ascites|pleural effusion", re.IGNORECASE)
_EFFUSION_SAMPLED = re.compile(
    r"\s+(?:fluids?|samples?|levels?|concentrations?|supernat\w+|of patients|from|IL|TNF|VEGF|cytokine|and (?:serum"
    r"|plasma|blood)|\(n)\b",
    re.IGNORECASE,
)
_SAMPLED_BEFORE = re.compile(
    r"(?:\b(?:in|from|into|serum and|plasma and|serum,|plasma,|cyst fluid,)(?: the)?(?: \w+)?|(?:ous|ant|cancer"
    r"|tumor) )\s?$",
    re.IGNORECASE,
)
_NEURO = re.compile(
    r"cerebrospinal|spinal|lumbar|ventric|neurol|brain|mening|sclerosis|dementia|alzheimer|subarachnoid|enceph"
    r"|motor neuron|neurodegener|parkinson|\bALS\b",
    re.I,
)
_COLONY = re.compile(r"colony[- ]stimulating|\b(?:GM|G|M|multi)-CSF\b", re.I)
_COLONY_AFTER = re.compile(
    r"-|\s+(?:production|secretion|release|activity|receptors?|genes?|mRNA|therapy|treatment|administration|expression"
    r"|responsiveness|stimulation|dependen\w+|induced)\b"
)
_SPINAL_BEFORE = re.compile(
    r"\b(?:serum|sera|plasma|blood|urine|saliva|brain)(?:,(?: and| or)?| and| or|\s?/| versus| vs\.?| but not)"
    r" (?:the )?$"
    r"|\b(?:serum|plasma|blood)/$|\b(?:lumbar|ventricular) $|\b(?:in|into|from) (?:the )?$",
    re.IGNORECASE,
)
_SPINAL_AFTER = re.compile(
    r"\s*/\s?(?:serum|plasma|blood)\b"
    r"|,? (?:and|or|but not|versus|vs\.?) (?:the )?(?:serum|sera|plasma|blood|urine|brain)\b"
    r"|\s+(?:samples?|specimens?|analys[ie]s|findings|glucose|protein|albumin|cells?|pleocytosis|leu[ck]ocyt\w+|white"
    r"|lactate|cytokines?|chemokines?|biomarkers?|concentrations? of|levels? of)\b"
)


def is_sample(text: str, start: int, end: int) -> bool:
    """Whether the fluid named at ``text[start:end]`` may be a sample or a compartment, by the words around it."""
    name = text[start:end]
    if (
        _NO_SAMPLE_FOLLOWS.match(text, end)
        or _BLOOD_CELLS_FOLLOW.match(text, end)
        or _no_blood_sample(text, start, end)
    ):
        return False
    if _CELL_BEARING.fullmatch(name):
        return not _CELLS_FOLLOW.match(text, end)
    before = text[max(0, start - 45) : start]
    if name.lower() in ("tear", "tears"):
        return not _TORN_BEFORE.search(before)
    if name.lower() in ("serum", "plasma"):
        return not (_NO_SAMPLE_BEFORE.search(before) and _PHRASE_ENDS.match(text, end))
    return not _EFFUSION.fullmatch(name) or bool(_EFFUSION_SAMPLED.match(text, end) or _SAMPLED_BEFORE.search(before))


def _no_blood_sample(text: str, start: int, end: int) -> bool:
    """Whether a name of blood only begins another (``arterial blood pressure``, ``whole blood cells``)."""
    if _WHOLE_BLOOD_CELLS.match(text, start):
        return True
    return bool(_QUALIFIED_BLOOD.fullmatch(text, start, end) and _BLOOD_NO_SAMPLE_FOLLOWS.match(text, end))


def speaks_of_colonies(text: str) -> bool:
    """Whether ``CSF`` in the text rather is a colony-stimulating factor: these are named, and nothing neurological."""
    return bool(_COLONY.search(text)) and not _NEURO.search(text)


def is_spinal(text: str, start: int, end: int) -> bool:
    """Whether the words beside the ``CSF`` at ``text[start:end]`` make it the fluid in spite of that."""
    if _SPINAL_AFTER.match(text, end):
        return True
    return bool(_SPINAL_BEFORE.search(text[max(0, start - 24) : start])) and not _COLONY_AFTER.match(text, end)

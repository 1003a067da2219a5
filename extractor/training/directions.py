"""Words of direction and their opposites."""

from __future__ import annotations

import re

from extractor.encoding import Tokenizer

_OPPOSITES = (
    "increase decrease|increases decreases|increased decreased|increasing decreasing|higher lower|highest lowest"
    "|rise fall|rises falls|rose fell|rising falling|raised lowered|elevated reduced|elevation reduction"
    "|elevations reductions|high low|greater smaller|elevate reduce|elevates reduces|increment decrement"
    "|up down|more less|above below"
)
_ONE_WAY = re.compile(
    r"attenuat|suppress|inhibit|enhanc|stimulat|restor|normali[sz]|prevent|augment|improv|diminish|deplet|drop|declin"
    r"|surge|peak|doubl|tripl|fold\b|abolish|revers|\bmaxim|\bminim|\bloss\b|\black|\bfailed|exceed|blunt|block|return"
    r"|lowering|reducing|elevating|raising|upregulat|downregulat|up-regulat|down-regulat|deficien|excess|undetect"
    r"|amelior|worsen|accumul|reach|detectable|\d\s*(?:vs?\.?|versus|compared|to)\s*\d",
    re.IGNORECASE,
)


def opposites(tokenizer: Tokenizer) -> dict[int, int]:
    """Token id -> id of the word that says the opposite, of words that are one token each."""
    found: dict[int, int] = {}
    for pair in _OPPOSITES.split("|"):
        ids = tokenizer(pair.split(), add_special_tokens=False)["input_ids"]
        if all(len(each) == 1 for each in ids):
            (first,), (second,) = ids
            found |= {first: second, second: first}
    return found


def can_mirror(text: str) -> bool:
    """Whether all words of direction in a text have an opposite."""
    return not _ONE_WAY.search(text)

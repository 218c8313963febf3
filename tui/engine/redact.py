"""Masks keys, tokens, cards and addresses of people in text that leaves the process (semantics R80).

A mask is at most four characters of the secret, ``***`` and eight digits of an HMAC, so that equal secrets
stay recognisable without being told: ``gsk_***5f0c22ab``. Numbers that only look long are left alone: a card
must pass Luhn, an account its check digits, a telephone number begin with ``+`` or stand where one belongs.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

SHORTEST = 13
"""A single word below this many letters and digits is no secret by its form."""

_key = os.urandom(32)


def use_key(key: bytes) -> None:
    """Choose the key of every following mask; without one, masks are equal only within one process."""
    global _key  # noqa: PLW0603 - one program masks with one key
    _key = key


def key_in_use() -> bytes:
    """Return the key of every following mask."""
    return _key


def redact_each(texts: Sequence[str]) -> list[str]:
    """Return many short texts as ``redact`` does; those in which nothing can be a secret cost one look together."""
    joined = "\n".join(texts)
    if not joined.isascii() or joined.count("\n") >= len(texts):
        return [redact(text) for text in texts]
    found = list(texts)
    ends = list(accumulate(len(text) + 1 for text in texts))
    for place in {bisect_right(ends, hit.start()) for hit in _may_hold_secret().finditer(joined.encode())}:
        found[place] = redact(found[place])
    return found


def redact(text: str) -> str:
    """Return ``text`` with its secrets masked; idempotent, linear in the length, never raises.

    Pass what a reader will see, and cut it afterwards: half a key is not recognised.
    """
    if len(text) < SHORTEST and text.isalnum():
        return text
    lower = text.lower()
    for rule in _RULES:
        if any(sign in lower for sign in rule.signs):
            text = _compiled(rule.pattern).sub(rule.replace, text)
            lower = text.lower()
    return text


_compiled = cache(re.compile)


def _mask(secret: str, keep: int, same: str | None = None) -> str:
    """Return what stands for a secret; ``same`` is its spelling without separators, if that varies."""
    import hmac  # noqa: PLC0415 - loads OpenSSL, and few logs hold a secret

    digest = hmac.digest(_key, (same or secret).encode("utf-8", "surrogatepass"), "sha256")
    return f"{secret[:keep].rstrip()}***{digest.hex()[:8]}"


def _within(found: re.Match[str], masked: str) -> str:
    """Return the whole match with its secret replaced."""
    start, end = found.start("secret") - found.start(), found.end("secret") - found.start()
    return found[0][:start] + masked + found[0][end:]


def _hidden(found: re.Match[str]) -> str:
    return _within(found, _mask(found["secret"], 0))


def _prefixed(found: re.Match[str]) -> str:
    return _within(found, _mask(found["secret"], 4))


_MASK = r"[^*]{0,4}\*{3}[0-9a-f]{8}"
_EMPTY_WORDS = (
    "none null nil true false yes no ok set unset not is missing required invalid expired empty absent present unknown "
    "undefined configured changed rotated valid bad wrong incorrect failed error default optional redacted"
)
_NO_VALUE = frozenset(_EMPTY_WORDS.split())
_CODE = r"[A-Za-z_][A-Za-z_.]*[(\[].*|(?:self|os|settings|config|cfg|args|request|env|process)\.[A-Za-z_.]+"
_PLACEHOLDERS = ("{", "${", "$(", "%(", "%s", "%r")


def _named(found: re.Match[str]) -> str:
    """Mask what follows ``token=`` and its like, unless it says something about the token instead."""
    name, written, quoted = found["name"].lower(), found["secret"], bool(found["quote"])
    secret = written if quoted else written.rstrip(")}].")
    if _compiled(_MASK).fullmatch(secret) or not secret.strip("*•.…-_xX"):
        return found[0]
    if (
        secret.lower().rstrip(".!?") in _NO_VALUE
        or secret.startswith(_PLACEHOLDERS)
        or _compiled(_CODE).fullmatch(secret)
    ):
        return found[0]
    password = name.startswith(("pass", "pwd"))
    counter = secret.replace(".", "").isdigit() and len(secret) < 8
    prose = not quoted and found["gap"] and secret.rstrip(":!?").isalpha() and len(secret) < 16
    if not password and (counter or prose):
        return found[0]
    return _within(found, _mask(secret, 0) + written[len(secret) :])


def _bearer(found: re.Match[str]) -> str:
    secret = found["secret"]
    telling = len(secret) >= 20 or any(char.isdigit() for char in secret)
    return _within(found, _mask(secret, 0)) if telling else found[0]


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


_CARD_LENGTHS = (
    (r"4", {13, 16, 19}),
    (r"5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720)|35", {16}),
    (r"3[47]", {15}),
    (r"3[0689]", {14, 16}),
    (r"50|5[6-8]|6", set(range(13, 20))),
)


def _card(found: re.Match[str]) -> str:
    number = _digits(found["secret"])
    known = any(_compiled(start).match(number) and len(number) in lengths for start, lengths in _CARD_LENGTHS)
    return _within(found, _mask(found["secret"], 4, number)) if known and _passes_luhn(number) else found[0]


def _passes_luhn(number: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2])
    return (sum(doubled) + sum(map(int, number[::-2]))) % 10 == 0


_COUNTRIES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 "
    "FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IS26 IT27 JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 "
    "MD24 ME22 MK19 MT31 MU30 NL18 NO15 PK24 PL28 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 "
    "XK20"
)
_ACCOUNT_LENGTHS = {word[:2]: int(word[2:]) for word in _COUNTRIES.split()}


def _account(found: re.Match[str]) -> str:
    """Mask an IBAN of its country's length whose check digits are right; what follows it stays."""
    written = found["secret"]
    wanted = _ACCOUNT_LENGTHS.get(written[:2], 0)
    compact = written.replace(" ", "")[:wanted]
    number = "".join(str(int(char, 36)) for char in compact[4:] + compact[:4])
    if len(compact) != wanted or not wanted or int(number) % 97 != 1:
        return found[0]
    left, end = wanted, 0
    while left:
        left -= written[end] != " "
        end += 1
    return found[0] if written[end:][:1].isalnum() else _mask(written[:end], 4, compact) + written[end:]


_EPOCH = r"1[5-9]\d{8}(?:\d{3}){0,3}"


def _telephone(found: re.Match[str]) -> str:
    number = _digits(found["secret"].removeprefix("%2B").removeprefix("%2b"))
    if not 7 <= len(number) <= 15 or _compiled(_EPOCH).fullmatch(number):
        return found[0]
    return _within(found, _mask(found["secret"], 4, number.removeprefix("00")))


def _address(found: re.Match[str]) -> str:
    return _within(found, _mask(found["secret"], 1, found["secret"].lower()))


def _encoded(found: re.Match[str]) -> str:
    secret = found["secret"]
    kinds = (str.isdigit, str.isupper, str.islower)
    return _hidden(found) if all(any(map(kind, secret)) for kind in kinds) else found[0]


class _Rule(NamedTuple):
    signs: tuple[str, ...]
    """One of these pieces is in every text the rule is for; in lower case."""
    pattern: str
    """Bounded or possessive throughout: no text makes it slow. Compiled when a text first has one of the signs."""
    replace: Callable[[re.Match[str]], str]


_BREAK = r"(?<=\\[nrt])"
"""A line's end inside a quoted text, whose letter is no part of the word behind it."""

_EDGE = rf"(?:(?<![A-Za-z0-9_*])|{_BREAK})"
_SCHEME = r"(?:(?i:bearer|basic|token|key|digest)\s{1,3})?"
_VALUE = r"(?P<secret>(?<=[\"'\\])[^\"'\\\r\n]{1,4096}+|[^\s\"'\\,;&<>]{1,4096}+)"
"""What stands in quotes reaches to the next one."""
_TELLING = (
    r"api[ _-]?key|(?:access|account|private|secret|speech|subscription|auth)[ _-]?key|(?-i:[A-Z0-9]_KEY)"
    r"|token|secret|passw(?:or)?d|passphrase|pwd|authorization|cookie|credentials?|signature|(?<=[?&])(?:key|sig)"
)
_PARTY = r"from|to|caller|callee|called|calling|phone|mobile|destination|recipient"
_NUMBER_NAMES = rf"(?:{_PARTY})(?:[ _-]?(?:number|num|party|phone|id(?:[ _-]?number)?))?|msisdn|ani|dnis|tel(?:ephone)?"
_ANY_DIGIT = tuple("0123456789")
_ENCODED_FROM = 60

_RULES = (
    _Rule(
        ("-----begin ",),
        r"(?s)(?P<secret>-----BEGIN [A-Z0-9 ]{1,40}-----(?:.*?-----END [A-Z0-9 ]{1,40}-----|.*))",
        _hidden,
    ),
    _Rule(
        ("://",),
        r"(?<=://)(?P<secret>[^\s/@:\"'<>]{0,128}:[^\s/@\"'<>]{1,256}|[^\s/@:\"'<>]{20,256})(?=@)",
        _hidden,
    ),
    _Rule(
        ("cookie",),
        r"(?i:cookie)[\"'\\]{0,3}\s{0,2}:\s{0,2}[\"'\\]{0,3}(?P<secret>[^\s=\"'\\]{1,128}=[^\"'\\\r\n]*)",
        _hidden,
    ),
    _Rule(
        ("key", "token", "secret", "pass", "pwd", "auth", "cookie", "credential", "sig"),
        (
            rf"(?i:(?P<name>{_TELLING}))[\"'\\]{{0,3}}\s{{0,2}}(?:=>|=|:|%3[dD])(?P<gap>\s{{0,2}})"
            rf"(?P<quote>(?:\\{{0,3}}[\"'])?){_SCHEME}{_VALUE}"
        ),
        _named,
    ),
    _Rule(
        ("bearer",),
        rf"(?:\b|{_BREAK})(?i:bearer)\s{{1,3}}(?P<secret>[A-Za-z0-9._~+/=-]{{8,4096}}+)",
        _bearer,
    ),
    _Rule(
        ("gsk_", "sk-", "sk_", "rk_", "kia", "sia", "gh", "glpat-", "xox", "aiza", "hf_", "xai-", "sg.", "key", "eyj"),
        (
            rf"{_EDGE}(?P<secret>gsk_\w{{4,}}+|gh[pousr]_\w{{6,}}+|github_pat_\w{{6,}}+|glpat-[\w-]{{6,}}+"
            r"|xox[abeoprs]-[\w-]{6,}+|(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Za-z])|AIza[\w-]{30,}+"
            r"|sk-(?!SK-)(?=[\w-]{0,60}\d)[\w-]{16,}+|[sr]k_(?:live|test|car)_\w{8,}+|sk_\w{24,}+"
            r"|hf_\w{20,}+|xai-\w{20,}+|SG\.[\w-]{16,}+\.[\w-]{16,}+|KEY[0-9A-F]{32}_\w{10,}+"
            r"|eyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*+)?)"
        ),
        _prefixed,
    ),
    _Rule(
        _ANY_DIGIT,
        (
            rf"(?:(?<![\w*+.-])|{_BREAK})"
            r"(?P<secret>[2-6](?:\d{12,18}|\d{3}(?:[ -]\d{4}){2}[ -]\d{1,7}|\d{3}[ -]\d{6}[ -]\d{4,5}))"
            r"(?![\w*-]|\.\d)"
        ),
        _card,
    ),
    _Rule(
        _ANY_DIGIT,
        rf"{_EDGE}(?P<secret>[A-Z]{{2}}\d\d(?: ?[A-Z0-9]{{4}}){{2,7}}(?: ?[A-Z0-9]{{1,3}})?)(?![a-z])",
        _account,
    ),
    _Rule(
        ("sip:", "sips:", "tel:"),
        (
            rf"(?:\b|{_BREAK})(?i:sips?:|tel:)"
            r"(?P<secret>\+?\d{7,15}|\+?\(?\d{1,4}\)?(?:[.-]\d{2,4}){2,5}(?!\.))(?![\d*.])"
        ),
        _telephone,
    ),
    _Rule(
        ("+", "%2b"),
        (
            r"(?<![0-9+*])(?P<secret>(?:\+|%2[bB])[1-9]\d{7,14}"
            r"|(?<!\d )\+[1-9]\d{0,2}[ -]?\(?\d{1,4}\)?(?:[ -]\d{2,4}){1,5})(?!\d)"
        ),
        _telephone,
    ),
    _Rule(
        _ANY_DIGIT,
        (
            rf"(?:(?<![A-Za-z])|{_BREAK})(?i:{_NUMBER_NAMES})[\"'\\]{{0,3}}\s{{0,2}}[:=]\s{{0,2}}[\"'\\]{{0,3}}"
            r"(?P<secret>\d{9,15}|(?!(?:19|20)\d\d-\d\d-)\(?\d{2,4}\)?(?:[ -]\d{2,4}){2,4})(?![\w.*:-])"
        ),
        _telephone,
    ),
    _Rule(
        ("@",),
        (
            r"(?<![A-Za-z0-9._%+*-])(?P<secret>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}"
            r"@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9-]|:\d)"
        ),
        _address,
    ),
    _Rule(
        ("",),
        rf"\A\s*+(?P<secret>[A-Za-z0-9+/]{{{_ENCODED_FROM},76}}+={{0,2}})\s*+\Z",
        _encoded,
    ),
)
"""In this order: what a name gives away first, so that no narrower rule leaves the rest of a value standing."""

_DIGITS = (
    r"[2-6](?:\d{12}|\d{3}(?:[ -]\d{4}){2}[ -]\d|\d{3}[ -]\d{6}[ -]\d{4})",
    r"[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2}",
    rf"(?i:{_NUMBER_NAMES})[\"'\\]{{0,3}}[ \t\r\f\v]{{0,2}}[:=]",
)
"""What every text has that a rule for digits changes."""


@cache
def _may_hold_secret() -> Any:  # noqa: ANN401 - re2 has no types
    """Return what finds something in every line of ASCII that any of the rules changes, and often in others."""
    import re2  # noqa: PLC0415 - only for many texts at once

    signs = {sign for rule in _RULES for sign in rule.signs if sign and rule.signs != _ANY_DIGIT}
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    pieces = (rf"(?i:{'|'.join(map(re.escape, sorted(signs)))})", *_DIGITS, rf"[^\n]{{{_ENCODED_FROM}}}")
    return re2.compile("|".join(pieces).encode(), options)

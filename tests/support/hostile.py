"""Sixty strings that somebody may have chosen for a name, a note or a reason, to see whether a page holds."""

from __future__ import annotations

from typing import Final

# Whatever of them runs says so: `pwned` is looked for in the page afterwards.
_MARKUP: Final = (
    "<script>pwned=1</script>",
    "</script><script>pwned=1</script>",
    "<SCRIPT SRC=data:text/javascript,pwned=1></SCRIPT>",
    "<img src=x onerror=pwned=1>",
    "<svg onload=pwned=1>",
    "<svg><script>pwned=1</script></svg>",
    "<math><mtext></mtext><script>pwned=1</script></math>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<body onload=pwned=1>",
    "<details open ontoggle=pwned=1>",
    "<input autofocus onfocus=pwned=1>",
    "<a href=javascript:pwned=1>press</a>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=data:text/css,*{display:none}>",
    "<meta http-equiv=refresh content=0;url=/accounts/logout/>",
    "<base href=https://elsewhere.example/>",
    "<!-- <b>",
    "--><b>",
    "<![CDATA[<b>]]>",
    "<plaintext>",
    "</title><b>",
    "</textarea><b>",
    "</select></option><b>",
    "</bdi></article></main><b>",
    "<hx-partial hx-target=body>gone</hx-partial>",
    "<b hx-get=/accounts/logout/ hx-trigger=load>x</b>",
    "<form action=https://elsewhere.example/><button>x",
    "<div id=supervision>x</div>",
)
_QUOTES: Final = (
    "'",
    '"',
    "`",
    "' onmouseover=pwned=1 x='",
    '" onmouseover="pwned=1" x="',
    '"><b>',
    "'><b>",
    "\\",
    "\\'; pwned=1; //",
    "&lt;b&gt; &amp; &#x3c;b>",
    "&quot onmouseover=pwned=1",
    "javascript:pwned=1",
)
_TEMPLATES: Final = (
    "{{ 7|add:7 }} {{ request.user.password }}",
    "{% load static %}{% csrf_token %}",
    "{# a comment #}",
    "${pwned=1} #{7*7} <%= 7*7 %>",
    "%(name)s %s {name} {0}",
)
_LETTERS: Final = (
    "\u202egnp.exe",
    "\u2066\u2067isolates",
    "\u200f\u061cright to left",
    "zero\u200bwidth\u200d\ufeff",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334algo",
    "\u0645\u0631\u062d\u0628\u0627",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1ea\U0001f1f8",
    "line\u2028and\u2029paragraph",
    "tab\tnewline\nreturn\rend",
    "nul\0here",
    "\ufffd\ufffe\x1b[31mred",
)
FORMULAS: Final = ("=1+1", "+1+1", "-1+1", "@SUM(1)")
LONG: Final = "x" * 4096
HOSTILE: Final = (*_MARKUP, *_QUOTES, *_TEMPLATES, *_LETTERS[:-1], *FORMULAS, LONG)
assert len(HOSTILE) == 60, len(HOSTILE)

"""Renders conversations.json with each template of a folder, as transformers does; writes, for each
template and conversation, length and SHA-256 of the text in UTF-8, or "refused" where the template
raises. Texts are not stored, because they hold text of the templates.

    python3 render.py ../shared/data/chat-templates > renderings.json     (Jinja2 3.1)
"""
import datetime
import hashlib
import json
import pathlib
import sys

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

here = pathlib.Path(__file__).parent


def environment(now):
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    if now is not None:
        env.globals["strftime_now"] = datetime.datetime.fromisoformat(now).strftime
    return env


def render(source, case):
    try:
        text = environment(case.get("now")).from_string(source).render(
            messages=case["messages"], tools=case.get("tools"), documents=None,
            add_generation_prompt=case["add_generation_prompt"],
            bos_token="<s>", eos_token="</s>", **case.get("variables", {}))
    except jinja2.exceptions.TemplateError:
        return "refused"
    if "--show" in sys.argv:
        print(text, file=sys.stderr)
    data = text.encode("utf-8", "surrogatepass")
    return {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}


cases = json.loads((here / "conversations.json").read_text())
out = {}
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.jinja")):
    out[file.name] = {case["name"]: render(file.read_text(), case) for case in cases}
print(json.dumps(out, indent=1))

"""Refusals of the node and of the log, in Chinese, by pattern: between a sheet and its declaration, and on the pages.

The one fact: rules and log speak English only; a refusal that no pattern knows is told by its check (operation.checks),
the words of the rule behind it, rather than guessed at.
"""

from __future__ import annotations

import re

from node.language import Phrase
from node.words.exporting import PATTERNS as EXPORTING
from node.words.pages import CHECKS as NAMES
from node.words.pages import PATTERNS
from operation.checks import say_by_check
from operation.method_words import say_reason
from operation.refusals import PATTERNS as COMMANDS
from operation.refusals import say_machine
from protocol.errors import PeerError, Refused

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"a certificate cited here is cited in another declaration already: .+",
     "这里引用的绿证，另一份申报已经引用过：请把它覆盖的电量填到别的电力项目，或者向登记系统查询由谁核销"),
    (r"a certificate is cited twice in this declaration; .+", "同一张绿证在这份申报里引用了两次，请删去一次"),
    (r"a declaration cites at most (\d+) certificates, found (\d+)", r"一份申报最多引用 \1 张绿证，这里有 \2 张"),
    (r"this node has no citation key, .+",
     "本节点没有绿证引用密钥（供应商登记时取得）：请登记机构重新登记本节点，或者把这部分电量填到别的电力项目"),
    (r"no product '(.+)' in this node; known are: none yet; add one: (.+)",
     r"本节点没有产品 \1，还没有任何产品；先添加：\2"),
    (r"no product '(.+)' in this node; known are: (.+)", r"本节点没有产品 \1，已有：\2"),
    (r"no activity of product (\S+) is imported; first: (.+)", r"产品 \1 还没有导入活动数据；先执行：\2"),
    (r"the newest import of product (\S+) is of (\S+) to (\S+), the product's period is (\S+) to (\S+); .+",
     r"产品 \1 最近一次导入的是 \2 至 \3 的数据，而产品的期间是 \4 至 \5：请先导入这一期间的表格，再申报"),
    (r"the newest import of product (\S+) has lines that category (\S+) does not have: (.+); import .+",
     r"产品 \1 最近一次导入的数据里有类别 \2 没有的项目（\3）：请先导入这一类别的表格，再申报"),
    (r"the signer of a \S+ needs the role expert; .+", "只有登记为专家的企业才能签署：请联系登记机构重新登记"),
    (r"the signer of a \S+ needs the role provider; .+", "只有登记为因子提供方的企业才能签署：请联系登记机构重新登记"),
    (r"the library has no submission (\S+)", r"因子库里没有编号为 \1 的提交：请从列表中打开"),
    (r"no product category '(.+)' is published; published are: (.+)", r"没有发布过产品类别 \1，已发布：\2"),
    (r"no factor '(.+)' is published; see: (.+), or ask for a review", r"没有发布过因子 \1；查找：\2，或者请专家评议"),
    (r"(\S+) version (\d+): you judged it already, accept: (.*) — that stands; .+",
     r"\1 版本 \2：贵单位已评审过，结论是同意，意见：\3。该意见不变；更正后的新版本可以再评审"),
    (r"(\S+) version (\d+): you judged it already, return: (.*) — that stands; .+",
     r"\1 版本 \2：贵单位已评审过，结论是退回，意见：\3。该意见不变；更正后的新版本可以再评审"),
    (r"(\S+): (.+) above total, of which it is a part; correct one of them",
     r"因子 \1 的 \2 大于 total，而它只是其中一部分：请改正其中一项"),
    (r"factor (\S+) is valid from (.+) to (.+), not in (.+) to (.+)",
     r"因子 \1 的有效期是 \2 至 \3，不含 \4 至 \5"),
    (r"expected a name of at most 64 letters, digits and \. @ _ -",
     "账号名最多 64 个字符，只能用文字、数字和 . @ _ -"),
    (r"this enrolment was revoked on (.+?) \(reason: its keys were replaced, see enrolment (\S+)\); ask .+",
     r"这次登记已于 \1 吊销（原因：更换了密钥，新的登记编号为 \2）"),
    (r"this enrolment was revoked on (.+?) \(reason: (.+)\); ask the authority for a new token\. Nothing was sent",
     r"这次登记已于 \1 吊销（原因：\2），没有发送任何内容；请向登记机构索取新的邀请码（令牌）"),
    (r"this enrolment was revoked on (.+?) \(reason: (.+)\); ask the authority for a new token",
     r"这次登记已于 \1 吊销（原因：\2），请向登记机构索取新的邀请码"),
    (r"there is an account (\S+) already; choose another name", r"已有账号 \1，请换一个名称"),
    (r"there is a closed account (\S+) already; choose another name",
     r"账号 \1 曾经存在，现已停用：请重新启用它，或换一个名称"),
    (r"there is no account (.+); see the list of accounts", r"没有账号 \1，请看账号列表"),
    (r"there is no account (.+); see: (.+)", r"没有账号 \1；查看：\2"),
    (r"the account (.+) is closed; reopen it first", r"账号 \1 已停用，请先重新启用"),
    (r"no role (.+); there are: (.+)", r"没有角色 \1，可用的有：\2"),
    (r"(\S+) is whoever has this machine: .+",
     r"账号 \1 属于掌管这台机器的人：始终启用，始终是管理员，因此总有一位管理员"),
    (r"a password has (\d+) to (\d+) characters; .+", r"密码需要 \1 到 \2 个字符；用几个词连成一句较好"),
    (r"say what the token is for, in at most (\d+) characters on one line", r"请写明令牌的用途，一行，最多 \1 个字符"),
    (r"a token is good for 1 to (\d+) days", r"令牌的有效期为 1 到 \1 天"),
    (r"say what the token may: (.+)", r"请选择令牌的权限：\1"),
    (r"(\S+) is no scope; there are: (.+)", r"没有权限 \1，可用的有：\2"),
    (r"the role of (\S+) does not allow (\S+)", r"\1 的角色不允许 \2"),
    (r"there is no token (\S+); see the list of tokens", r"没有令牌 \1，请看令牌列表"),
    (r"a model has no field '(.+)'; there are: (.+)", r"型号没有 \1 这一项，可写的有：\2"),
    (r"no mapping '(.+)' in this node; known are: (.+)", r"本节点没有列对应 \1，已有：\2"),
)  # fmt: skip
MEND = "; mend the file or the product description, and import again"
"""What `declare` adds to what the method says."""
_COMPILED = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (*EXPORTING, *_PATTERNS, *PATTERNS, *COMMANDS)
)
_CHECKS = {
    "certificates": "绿证", "product": "产品", "activity": "活动数据", "category": "类别", "factor": "因子",
    "method": "方法", "mapping": "列对应", "account": "账号", "role": "角色", "password": "密码", "label": "用途",
    "publication": "发布", "version": "版本", "days": "有效期", "scope": "权限", "unknown": "查无此项", **NAMES,
}  # fmt: skip
_OPEN_ENDS = (("None 至", "（不限）至"), ("至 None", "至（不限）"))


def say_refusal(error: PeerError | Refused) -> Phrase:
    """The refusal in both languages, check first; told by its check where no pattern knows it."""
    english = f"{error.check}: {error.message}"
    said = say_message(error.message)
    if said.zh != said.en:
        return Phrase(english, _name_check(error.check, said.zh))
    return Phrase(english, _say_check(error.check, error.message) or english)


def say_message(message: str) -> Phrase:
    """What a check found, or where a delivery stands, in both languages; lines that no pattern knows as they are."""
    return Phrase(message, "\n".join(map(_say_line, message.split("\n"))))


def _say_line(line: str) -> str:
    text = line.lstrip()
    for pattern, chinese in _COMPILED:
        found = pattern.fullmatch(text)
        if found is not None:
            return line[: len(line) - len(text)] + say_machine(found.expand(chinese))
    message, advice, _ = text.partition(MEND)
    reason = say_reason(ValueError(message))
    if reason.zh == reason.en:
        check, _, detail = text.partition(": ")
        said = _say_check(check, detail)
        return line[: len(line) - len(text)] + said if said else line
    return line[: len(line) - len(text)] + reason.zh + ("；更正文件或产品描述后重新导入" if advice else "")


def _say_check(check: str, found: str) -> str:
    said = say_by_check(check, found)
    return "" if said is None else said.zh


def _name_check(check: str, text: str) -> str:
    for written, said in _OPEN_ENDS:
        text = text.replace(written, said)
    return f"{_CHECKS[check]}：{text}" if check in _CHECKS else text

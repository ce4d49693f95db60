"""What commands refuse to a person at a terminal, in Chinese too: by pattern, or else by the check that it fails.

The one fact: every room speaks English. A person's own slips are known here by pattern; any other refusal is told by
its check with the words of the room behind it; what only a damaged store can cause stays in English, for who mends it.
"""

from __future__ import annotations

import os
import re

from operation.checks import say_by_check
from operation.method_words import say_reason
from operation.phrases import Phrase, find_language
from protocol.errors import PeerError, Refused, SealsumError

_REASONS = (
    (r"No such file or directory", "没有这个文件或文件夹"),
    (r"Permission denied(?: \(while .+\)\))?", "没有权限"),
    (r"Is a directory", "这是文件夹，不是文件"),
    (r"Not a directory", "这不是文件夹"),
    (r"File exists", "已经存在"),
    (r"No space left on device", "磁盘已满"),
    (r"Read-only file system", "磁盘只读"),
    (r"File name too long", "文件名太长"),
    (r"no answer from the coordinator", "协调方没有应答"),
    (r"Connection refused", "对方拒绝连接"),
    (r"Connection timed out|timed out", "连接超时"),
    (r"No route to host|Network is unreachable", "网络不通"),
    (r"Address already in use(?: \(while .+\)\))?", "端口已被占用"),
    (r"Cannot assign requested address(?: \(while .+\)\))?", "本机没有这个地址"),
    (r"factor version(?= \d+: [0-9a-f]{64})", "因子，版本"),
    (r"category version(?= \d+: [0-9a-f]{64})", "类别，版本"),
    (r"Name or service not known|Temporary failure in name resolution", "查不到这个主机名"),
)
_MACHINES = tuple((re.compile(rf"(?:\[Errno -?\d+\] )?(?:{words})"), chinese) for words, chinese in _REASONS)
_FILES: tuple[tuple[str, str], ...] = (
    (r"cannot read (.+): (.+); is this the right folder\?", r"读不了 \1（\2）；请核对文件夹是否正确"),
    (r"cannot read (.+): (.+)", r"读不了 \1（\2）"),
    (r"(.+) cannot be read: (.+)", r"读不了 \1（\2）"),
    (r"cannot (?:write|make|write to|write beside) (.+): (.+); (?:try|run the command) again",
     r"写不了 \1（\2），请再试一次"),
    (r"cannot (?:write|make|write to|write beside) (.+): (.+)", r"写不了 \1（\2）"),
    (r"(.+) cannot be written: (.+)", r"写不了 \1（\2）"),
    (r"(.+) is there already: name a new folder for each backup", r"\1 已经存在：每次备份请另起一个新文件夹"),
    (r"(.+) is not empty[:;] restore into a new folder, and keep this one as it is",
     r"文件夹 \1 不是空的：请恢复到一个新文件夹，这一个保持原样"),
    (r"(.+) is no file of a signed statement; expected one as a node or the authority wrote it, such as the "
     r"revocation\.json of sealsum authority revoke, unchanged: name that file",
     r"\1 不是声明文件：应是由节点或登记机构签名写出、未经改动的声明文件，例如 sealsum authority revoke 写出的 "
     "revocation.json。请核对文件名，改用该文件"),
    (r"(.+) has (\d+) bytes; settings have at most (\d+)", r"\1 有 \2 字节；设置文件最多 \3 字节"),
    (r"(.+) is no TOML in UTF-8: (.+)", r"\1 不是 UTF-8 编码的 TOML 文件：\2"),
)  # fmt: skip
_PASSPHRASES: tuple[tuple[str, str], ...] = (
    (r"cannot read a passphrase from (.+)", r"不能从 \1 读出口令：请核对路径和权限"),
    (r"(.+) is empty; expected a passphrase on its first line", r"\1 是空的；口令应写在第一行"),
    (r"(.+) is locked with a passphrase; name a file with it in (\S+), or run this at a terminal",
     r"\1 用口令锁着：请把写有口令的文件名填在环境变量 \2 里，或在终端里运行本命令"),
    (r"expected the passphrase of (.+): name a file with it, or use a terminal",
     r"需要 \1 的口令：请指定写有口令的文件，或在终端里运行"),
    (r"expected a new passphrase: name a file with it, or run this at a terminal",
     "需要一个新口令：请指定写有口令的文件，或在终端里运行"),
    (r"the two were not the same; nothing was changed", "两次输入的口令不一样，什么也没有改动"),
    (r"give a new passphrase or --clear, not both", "新口令和 --clear 只能给一个"),
    (r"a passphrase has at least (\d+) characters; .+", r"口令至少 \1 个字符；用几个词连成一句较好"),
    (r"that is not the passphrase of (.+?)(?:; nothing was (?:opened|restored))?", "口令不对，什么也没有打开"),
    (r"(.+): wrong or missing passphrase, or a damaged file", r"\1：口令不对或没有给出，也可能文件已损坏"),
    (r"(.+) has one already: (.+)", r"\1 已经有口令；要更换：\2"),
    (r"(.+) has none yet: (.+)", r"\1 还没有口令；先设置：\2"),
    (r"this machine has no keyring, so the node's keys need a passphrase: name a file with it in (\S+) or .+",
     r"本机没有钥匙串，节点的密钥需要口令：请把写有口令的文件名填在 \1 里，或在终端里运行"),
    (r"(.+) is open to others; close it first: (.+)", r"\1 别人也能读，请先收回权限：\2"),
)  # fmt: skip
_ADDRESSES: tuple[tuple[str, str], ...] = (
    (r"cannot (?:listen|serve metrics) on (.+): is the address this machine's and free\?",
     r"无法在 \1 上监听：请确认这是本机的地址，端口没有被占用"),
    (r"cannot (?:listen|serve metrics) on (.+): (.+); choose another (?:address|(--\S+))",
     r"无法在 \1 上监听（\2）；请另选一个地址或端口 \3"),
    (r"where is the door\? Give --address HOST:PORT, or run `serve` first",
     "还不知道登记服务的地址：请给出 --address 主机名:端口，或先运行 serve"),
    (r"the door listens on (.+), which is no place to go; give --address HOST:PORT",
     r"登记服务监听在 \1，别人无法按它连接；请给出 --address 主机名:端口"),
    (r"expected HOST:PORT, for example (.+)", r"应写成“主机名:端口”，例如 \1"),
    (r"(\S+) cannot be reached: (.+?)(?:; try again)?", r"连不上 \1（\2），请稍后再试"),
    (r"(\S+) gives no answer: (.+)", r"\1 没有应答（\2），请稍后再试"),
    (r"(\S+) cannot be read \((.+)\); try again, it goes on from here; a log's address is .+",
     r"读不到 \1（\2）；请再试一次，会从这里接着读。日志的地址就是协调方网页的地址，不是节点连接用的那个"),
    (r"no answer from the coordinator \((.+)\)", r"协调方没有应答（\1）"),
    (r"another process serves from (.+?)(?:: stop it, or use PostgreSQL for several)?",
     r"已有另一个进程在 \1 上运行：请先停止它"),
    (r"another coordinator appends to this log now; nothing was written",
     "另一个协调方进程正在写这份日志，什么也没有写入"),
)  # fmt: skip
_AUTHORITY: tuple[tuple[str, str], ...] = (
    (r"(.+) is there already; an authority is never replaced", r"\1 已经存在：登记机构不能覆盖，请换一个文件夹"),
    (r"(.+) holds no authority; make one: (.+)", r"文件夹 \1 里没有登记机构；新建：\2"),
    (r"(.+): (.+); make an authority: (.+)", r"\1：\2；新建登记机构：\3"),
    (r"found '(.*)'; expected minutes, hours or days: (.+)", r"\1 不是时长；请写分钟、小时或天，如 \2"),
    (r"no enrolment (.+); see: (.+)", r"没有编号为 \1 的登记；查看：\2"),
    (r"several enrolments begin with (.+); .+", r"有多份登记以 \1 开头，请多写几位"),
    (r"invitation (\d+) is unknown, used or cancelled already; see: (.+)",
     r"没有第 \1 号邀请，或已使用、已取消；查看：\2"),
    (r"(.+) has an open invitation; cancel it first: (.+)", r"\1 已有一份有效的邀请；先取消它：\2"),
    (r"(.+) is enrolled as (\S+); one legal entity has one identity\. Revoke that enrolment first: (.+)",
     r"\1 已登记为 \2，一个法人主体只有一个身份。先吊销那次登记：\3"),
    (r"the invitation would have expired already; choose a later time", "这个期限已经过了，请选晚一些的时间"),
)  # fmt: skip
_COORDINATOR: tuple[tuple[str, str], ...] = (
    (r"(.+) is a coordinator already; take another folder", r"文件夹 \1 已经是协调方，请换一个文件夹"),
    (r"(.+) is enrolled already; take another folder.*", r"文件夹 \1 已经登记过，请换一个文件夹"),
    (r"(.+) is not enrolled; run `(.+)` with a token", r"文件夹 \1 还没有登记；请用邀请码运行 \2"),
    (r"'(.*)' cannot name a log; expected something like (.+)", r"\1 不能作日志的名称；应像 \2 这样"),
    (r"this token does not enrol an operator; .+", "这个邀请码登记的不是运营方；请向登记机构要一个运营方的邀请码"),
    (r"no kind (.+); there are: (.+)", r"没有 \1 这一类；有：\2"),
    (r"(.+): expected TOML or JSON: (.+)", r"\1 不是 UTF-8 编码的 TOML 或 JSON 文件：\2"),
    (r"(.+): expected a table of categories and factors", r"\1：最外层应为 category 和 factor 两种表"),
    (r"no product category '(.*)' was submitted; submitted are: (.+)", r"没有提交过产品类别 \1，提交过的有：\2"),
    (r"no factor '(.*)' is published or in review", r"没有已发布或正在评审的因子 \1，请核对代码"),
    (r"--accept: expected LINE=FACTOR, found '(.*)'", r"--accept 应写成 项目代码=因子代码，写的是 \1"),
    (r"no role (.+); there are: (.+)", r"没有角色 \1；有：\2"),
    (r"(.+) names (\d+) submissions; give the id of one \((.+)\)",
     r"有 \2 份提交都叫 \1，请改写其中一份的编号（\3）"),
    (r"there is no account (.+); (sealsum .+)", r"没有账号 \1；查看：\2"),
    (r"neither the log nor the refused envelopes hold (.+); floods, .+",
     r"日志和被拒绝的提交里都没有 \1，请核对编号；大量涌入的、没有有效签名的、以后还可能通过的只计数不保存，"
     "见控制台的总览页或监控指标"),
    (r"no refused envelope (.+) is kept here; floods, .+",
     r"这里没有保存编号为 \1 的未被接受的声明；大量涌入的、没有有效签名的、以后还可能通过的只计数不保存，"
     "见总览页或监控指标"),
    (r"no statement begins with (.+)", r"没有以 \1 开头的声明，请核对编号"),
    (r"several statements begin with (.+); .+", r"有多份声明以 \1 开头，请多写几位"),
    (r"(\d+) enrolments begin with '(.*)'; expected exactly one", r"有 \1 份登记以 \2 开头，应当正好一份"),
    (r"say which organisation the account speaks for: --party with its enrolment; see (.+)",
     r"请用 --party 写明账号代表哪家企业（它的登记编号）；查看：\1"),
    (r"the log is empty; start `(.+)` first", r"日志还是空的；请先运行 \1"),
    (r"expected --url and --key together", "--url 和 --key 要一起给出"),
    (r"(.+) is no backup of a coordinator, or only a part of one", r"\1 不是协调方的备份，或只是其中一部分"),
    (r"nothing outside this backup says how far the log had come: .+",
     "这份备份之外，没有什么能说明日志曾写到哪里：请用 --known 给出一个较新的检查点（文件，或镜像的网址）；"
     "如果备份前协调方已经停止，可以加 --nothing-newer。检查点就是丢失之前平台网址 /checkpoint 给出的、"
     "或 sealsum coordinator log checkpoint 打印的内容；没有留存时，请向镜像或审计这本日志的人索取"),
    (r"there is no database at (.+)", r"\1 没有数据库"),
    (r"the database at (.+) has (.+), expected version (.+): back it up, then run `(.+)`",
     r"数据库 \1 的版本不是 \3；请先备份，再运行 \4"),
    (r"(\S+) is no URL; expected (.+)", r"\1 不是网址；应写成 \2"),
    (r"expected a sqlite or postgresql URL, found (.+)", r"数据库地址应以 sqlite 或 postgresql 开头，写的是 \1"),
)  # fmt: skip
_WITNESSES: tuple[tuple[str, str], ...] = (
    (r"(.+) holds a witness already; a witness is never replaced", r"文件夹 \1 里已有见证方：不能覆盖，请换一个文件夹"),
    (r"(.+) holds no witness \((.+)\); make one: (.+)", r"文件夹 \1 里没有见证方（\2）；新建：\3"),
    (r"there is no evidence against any log", "没有针对任何日志的证据"),
    (r"(.+) is watched under another key; a log never changes its key",
     r"\1 已用另一把公钥登记；日志的公钥不会改变，请核对"),
    (r"--log-key: (.+) is neither a key nor a pins\.json", r"--log-key：\1 既不是公钥，也不是 pins.json"),
    (r"expected one of --node and --coordinator", "--node 和 --coordinator 只能给一个"),
    (r"(.+) is of another audit \((.+) differs\); take another file", r"\1 是另一次审计的（\2 不同），请换一个文件"),
    (r"this witness is asked already", "这个见证方已经添加过"),
)  # fmt: skip
_VERIFYING: tuple[tuple[str, str], ...] = (
    (r"no pins: name them with --pins FILE, or with --log-key and --authority-root; (.+) does not exist\. .+",
     r"没有锁定信息：请用 --pins 文件 指定，或同时给出 --log-key 和 --authority-root；\1 不存在。"
     "在运营方平台网址后加 /verify/ 的验证页上可以把它存成文件；两项数值请与登记机构和运营方公布的核对"),
    (r"(.+?): .+; take pins\.json from the operator",
     r"\1 里的锁定信息有误，也许抄录时错了字：请向运营方重新索取 pins.json"),
    (r"to export, name both: --export FORMAT and --out FILE", "导出要同时写明 --export 格式 和 --out 文件"),
    (r"expected a file name that ends in (\S+) or (\S+), found '(.*)'", r"文件名应以 \1 或 \2 结尾，写的是 \3"),
    (r"expected zh or en as language of the report, found '(.*)'", r"报告的语言应为 zh 或 en，写的是 \1"),
    (r"expected either --pins, or --log-key with --authority-root, found both",
     "--pins 和 --log-key、--authority-root 只能给一种，现在都给了"),
    (r"expected --log-key and --authority-root together, found one of them",
     "--log-key 和 --authority-root 要一起给出，现在只有一个"),
    (r"(.+) holds a page already, or is a file; name a new folder",
     r"\1 里已有证书页，或它是一个文件；请换一个新文件夹"),
    (r"(.+): expected a PEM certificate", r"\1 不是 PEM 格式的证书"),
    (r"(.+) is no TOML file: (.+)", r"\1 不是 TOML 文件：\2"),
    (r"(.+): expected at most (\d+) bytes", r"\1 太大，最多 \2 字节"),
)  # fmt: skip
_RULES: tuple[tuple[str, str], ...] = (
    (r"(\S+) is \S+ \((.+)\); fetch the library and cite what replaced it",
     r"\1 已撤回或被取代（\2）：请更新因子库，改用替代它的版本"),
    (r"\S+ (\S+) version (\d+) is retired already", r"\1 第 \2 版已经撤回或被取代"),
    (r"\S+ (\S+) belongs to another publisher; choose another code",
     r"代码 \1 属于另一提供方，请换一个代码"),
    (r"\S+ (\S+) is published in version (\d+); submit a higher one",
     r"\1 已发布到版本 \2，请提高版本号"),
    (r"(\S+) version (\d+) is logged with other content: raise it", r"\1 的版本 \2 已提交过，内容不同：请提高版本号"),
    (r"a publication is withdrawn by its owner or an operator", "撤回只能由提交方或平台运营方签署"),
    (r"expected a period of 1 to 366 days, found (-?\d+)", r"期间应为 1 至 366 天，这里是 \1 天"),
    (r"(\S+) is not a logged declaration; ask the supplier for its id", r"日志里没有申报 \1：请向供应商索取编号"),
    (r"entry (\d+) has (?:consented|refused|answered) already", r"第 \1 项已经答复过"),
    (r"entry (\d+) has contributed already", r"第 \1 项已经提交过贡献"),
    (r"no enrolment (\S+) is known; enrol first", r"没有登记 \1：请先登记"),
)  # fmt: skip
_NODE: tuple[tuple[str, str], ...] = (
    (r"(.+)\. You are enrolled, and the token is used, so do not enrol again\. If (.+) is not where the "
     r"coordinator is: (.+)",
     r"\1。登记已完成，邀请码已用掉，请不要重新登记。如果 \2 不是协调方的地址：\3"),
    (r"the keyring did not take the key \((.+)\); use a passphrase", r"钥匙串没有收下密钥（\1）；请改用口令"),
    (r"the keyring does not open \((.+)\); unlock it and try again", r"钥匙串打不开（\1）；请解锁后再试"),
    (r"this user's keyring lacks the key of this node; .+",
     "当前用户的钥匙串里没有本节点的密钥：请以建立它的用户登录，或恢复备份"),
    (r"this machine has no keyring; --to-file .+", "本机没有钥匙串；--to-file 把密钥放在数据旁边，只作演示"),
    (r"(.+) holds no node: expected (\S+) in it\. Enrol first: (.+)",
     r"文件夹 \1 里没有节点（缺 \2）。先登记：\3"),
    (r"(.+) is not enrolled yet\. Ask the enrolment authority for a token, then: (.+)",
     r"\1 还没有登记。请向登记机构索取邀请码，然后：\2"),
    (r"an agent serves (.+); stop it first", r"\1 正由后台程序运行，请先停止它"),
    (r"this file is no backup of a node, or only its beginning", "这个文件不是节点的备份，或不完整"),
    (r"the backup is damaged: it is not as it was written", "备份已损坏，与写下时不同：请换一份"),
    (r"there is no policy (\d+); see: (.+)", r"没有第 \1 条规则；查看：\2"),
    (r"there is no policy (\d+) any more; set a new one", r"第 \1 条规则已经没有了：请另定一条"),
    (r"no statement (.+) is known here or readable for you; give its full id",
     r"这里没有声明 \1，或您不能读；请写完整的编号"),
    (r"(.+): expected a (?:file )?name that ends in (\S+) or (\S+)", r"\1：文件名应以 \2 或 \3 结尾"),
    (r"(.+) is there already and may hold your work; choose another --out",
     r"\1 已经存在，里面可能是您填好的内容；请另选 --out"),
    (r"(.+): expected a year from (\d+) to (\d+)", r"\1：年份应在 \2 到 \3 之间"),
    (r"nothing waits for your opinion", "没有等待您评审的内容"),
)  # fmt: skip
STARTING = "; the file to start from is what this writes: "
"""Between what is wrong with a file and the command that writes one to go on from."""
PATTERNS = (
    *_PASSPHRASES, *_ADDRESSES, *_AUTHORITY, *_COORDINATOR, *_WITNESSES, *_VERIFYING, *_NODE, *_RULES,
    *_FILES,
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), chinese) for pattern, chinese in PATTERNS)


def say_refused(error: PeerError | Refused) -> Phrase:
    """A refusal in both languages, in English check first; in English alone where neither its words nor its check are
    known here."""
    english = f"{error.check}: {error.message}"
    said = say_words(error.message)
    if said is not None:
        return Phrase(english, said)
    known = say_by_check(error.check, error.message)
    return Phrase(english, english if known is None else known.zh)


def say_words(message: str) -> str | None:
    """What a room or the method says, in Chinese; None where no pattern knows it."""
    wrong, _, command = message.partition(STARTING)
    if command:
        said = say_words(wrong)
        return said and f"{said}；可以从这条命令写出的文件改起：{command}"
    for pattern, chinese in _COMPILED:
        found = pattern.fullmatch(message)
        if found is not None:
            return say_machine(found.expand(chinese)).rstrip()
    reason = say_reason(ValueError(message))
    return None if reason.zh == reason.en else reason.zh


def say_machine(text: str) -> str:
    """A text in Chinese with a network's or a machine's own words in it in Chinese too."""
    for pattern, chinese in _MACHINES:
        text = pattern.sub(chinese, text)
    return text


def say_error(error: SealsumError) -> str:
    """An error for who sits at this machine, in the language that it speaks."""
    if isinstance(error, PeerError | Refused):
        said = say_refused(error)
    else:
        english = str(error)
        said = Phrase(english, say_words(english) or english)
    return said.say(find_language(None, os.environ))

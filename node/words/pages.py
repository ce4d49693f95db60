"""What pages and commands refuse to a person at work, in Chinese: requests, answers, results; by pattern.

The one fact: each is what a reader of the pages can meet by pressing a button; what only a broken coordinator or a
damaged store can cause stays in English, for whoever mends that.
"""

from __future__ import annotations

REQUESTING: tuple[tuple[str, str], ...] = (
    (r"the bill of materials cannot be requested:", "按这份物料清单无法发起请求："),
    (r"(.+): the bill of materials has no such item", r"\1：物料清单里没有这一项"),
    (r"(.+): a default factor counts in `sealsum footprint` only; .+",
     r"\1：默认因子只用于明账核算；密封核算要有供应商的申报：请写明供应商，或者由贵公司自行申报这一项"),
    (r"(.+): say whose product it is, because that supplier will read .+; (.+) is declared by (.+)\. Write .+",
     r"\1：请写明是哪家供应商的产品（该供应商能看到数量）；申报过 \2 的有：\3。请在物料清单里填写供应商代码"),
    (r"(.+): no declaration of product (\S+) \(category (\S+)\) by (.+) is known\. .+",
     r"\1：没有查到 \4 对产品 \2（类别 \3）的申报；请该供应商先申报"),
    (r"(.+): (\S+) is not a logged declaration; .+", r"\1：\2 不是已登记的申报；请向供应商索取申报编号"),
    (r"(.+): declaration (\S+) is of category (\S+), the bill of materials says (\S+)",
     r"\1：申报 \2 的类别是 \3，物料清单写的是 \4"),
    (r"(.+): category (\S+) belongs to (.+); correct it", r"\1：类别 \2 属于阶段 \3，请更正阶段"),
    (r"(.+): quantity: the quantity is outside .+ category (\S+) calls plausible .+ \((.+) to (.+)\); .+",
     r"\1：数量超出类别 \2 对本包的合理范围（\3 至 \4），供应商节点会拒绝；请核对单位"),
    (r"expected 1 to (\d+) models, each with a code of its own, found (.+) twice",
     r"一次核算最多 \1 个型号，代码各不相同；重复的是 \2"),
    (r"expected 1 to (\d+) models, each with a code of its own, found (\d+)",
     r"一次核算应有 1 到 \1 个型号，这里有 \2 个"),
    (r"expected at most (\d+) quantities, found (\d+): (\d+) models of (\d+) items\. .+",
     r"一次核算最多 \1 个数量，这里有 \2 个：\3 个型号，每个 \4 项；请减少型号，分几次发起"),
    (r"(.+): found rule set (.+), expected (.+) as of (.+?)\. .+",
     r"\1：规则集为 \2，而 \4 为 \3；请统一规则集与边界，或单独发起"),
    (r"(.+): found no such item, expected (.+) as of (.+)", r"\1：缺这一项，\3 中为 \2"),
    (r"(.+): found (.+), expected no such item as of (.+)", r"\1：为 \2，\3 中没有这一项"),
    (r"(.+): found (.+), expected (.+) as of (.+)", r"\1：为 \2，\4 中为 \3"),
    (r"([^:]+):", r"\1："),
    (r"Models of one calculation share their suppliers; .+",
     "同一次核算的各型号须由相同的供应商供货；请单独发起这个型号"),
    (r"other models are being requested just now; .+", "正在发起其他型号的请求，请等它完成"),
    (r"there is no such model here; it may have been removed", "没有这个型号，可能已被移除"),
    (r"there is no model '(.+)' here; there are: (.+)", r"没有型号 \1；现有：\2"),
    (r"there is nothing to undo: this is the first version", "没有可撤销的改动：这是第一个版本"),
    (r"found (\d+) rows, expected at most (\d+)", r"有 \1 行，最多 \2 行"),
    (r"found a cell of more than (\d+) characters; shorten it", r"有单元格超过 \1 个字符，请缩短"),
    (r"this declaration is not known here any more; search again", "这里已查不到这份申报，请重新查找"),
)  # fmt: skip
FOLLOWING: tuple[tuple[str, str], ...] = (
    (r"no request (\S+) is known here; .+", r"这里没有请求 \1，请核对编号"),
    (r"no request starts with '(.*)'; .+", r"没有以 \1 开头的请求，请核对编号"),
    (r"(\d+) requests start with '(.*)'; .+", r"有 \1 个请求以 \2 开头，请多写几位"),
    (r"request (\S+) is not one of this node's", r"请求 \1 不是本节点发起的"),
    (r"this calculation has (\d+) (?:models|entries)", r"这次核算只有 \1 个"),
    (r"there is no (?:result|certificate) yet: the calculation is consenting", "还没有：正在等待供应商同意"),
    (r"there is no (?:result|certificate) yet: the calculation is contributing", "还没有：正在等待供应商提交份额"),
    (r"there is no (?:result|certificate) yet: the calculation is ended", "没有：这次核算已经结束，没有得出结果"),
    (r"there is no (?:result|certificate) yet: .+", "还没有：核算正在进行"),
    (r"too few of your witnesses have seen this certificate's log yet; .+",
     "见证方还没有都看到这份证书所在的日志，请稍后再试"),
    (r"this certificate does not verify under the pins of this node.*", "按本节点固定的根密钥，这份证书通不过验证"),
    (r"no certificate of request (\S+) is stored here; .+", r"这里还没有请求 \1 的证书，请先在结果页取得证书"),
    (r"expected a certificate of at most (\d+) bytes", r"证书文件最多 \1 字节"),
    (r"expected lines such as name = \"value\": (.+)", r'应为 name = "value" 这样的行：\1'),
    (r"the calculation is (?:certified|ended); there is nothing left to withdraw from", "核算已经结束，没有可撤回的"),
    (r"the calculation is .+; there is nothing left to withdraw from", "结果已经公布，不能再撤回"),
)  # fmt: skip
ANSWERING: tuple[tuple[str, str], ...] = (
    (r"request (\S+) asks nothing of this node.*", r"请求 \1 没有向本节点要任何东西"),
    (r"request (\S+) is not known here any more", r"这里已查不到请求 \1"),
    (r"the calculation (\S+) has ended; there is nothing left to answer", r"核算 \1 已经结束，不必再答复"),
    (r"entry (\d+) cannot be accepted: (.+)", r"第 \1 项不能同意：\2"),
    (r"you have refused entry (\d+) already; that stands", r"第 \1 项您已经拒绝，以此为准"),
    (r"you have consented to entry (\d+) already; withdraw instead", r"第 \1 项您已经同意；如要退出，请撤回"),
    (r"another request was answered in the same moment; .+", "同一时刻答复了另一个请求，请再答复一次"),
    (r"what entry (\d+) would reveal has changed since it was shown to you; .+",
     r"自您看到以来，第 \1 项会透露的内容有了变化；请重新看一遍再答复"),
    (r"the owner has not answered yet", "企业还没有答复"),
    (r"the owner refused: (.+)", r"企业拒绝了：\1"),
    (r"this was answered already: (.+); that stands", r"已经答复过（\1），以此为准"),
    (r"expected record numbers from 0, separated by commas: .+", "应为从 0 起的记录号，用逗号分开，如 0, 3, 7"),
    (r"the log's newest checkpoint was signed more than an hour away from this machine's time; .+",
     "日志最新检查点的时间与本机相差一小时以上；请校准本机时钟，或询问运营方"),
)  # fmt: skip
OPENING: tuple[tuple[str, str], ...] = (
    (r"a passphrase has at least (\d+) characters; .+", r"至少 \1 个字符；用几个词连成一句较好"),
    (r"expected HOST:PORT, for example .+", "应为“主机名:端口”，如 platform.example:7444"),
    (r"the two are not the same; nothing was done", "两次输入的口令不一样，什么也没有改动"),
    (r"that is not the passphrase of .+; nothing was (?:opened|restored)", "口令不对，什么都没有改动"),
    (r"another agent serves (.+) already; stop it first", r"文件夹 \1 已由另一个进程运行，请先停止它"),
    (r"the agent is still at work; try again in a minute", "后台任务还在进行，请一分钟后再试"),
)  # fmt: skip
SENDING: tuple[tuple[str, str], ...] = (
    (r"(?:waiting: )?not delivered yet; .+", "还没有送出；连上协调方后自动发送"),
    (r"in the log at (\d+)", r"已登记，位置 \1"),
    (r"no answer from the coordinator \((.+?)\)\. It is signed and stored as (\S+); .+",
     r"协调方没有应答（\1）。已签名，编号 \2，连上后自动发送，请不要重复操作"),
    (r"no answer from the coordinator \(is this the port of its door for nodes\?\)",
     "协调方没有应答（这个端口是不是供节点连接的那个？）"),
    (r"no answer from the coordinator \((.+)\)", r"协调方没有应答（\1）"),
    (r"(\S+) cannot be reached: (.+); try again", r"连不上 \1（\2），请稍后再试"),
    (r"statement (\S+) is waiting: .+", r"声明 \1 还没有送出；连上协调方后自动发送"),
)  # fmt: skip
PATTERNS = (*SENDING, *REQUESTING, *FOLLOWING, *ANSWERING, *OPENING)
CHECKS = {
    "models": "型号", "declaration": "申报", "supplier": "供应商", "quantity": "数量", "pack": "电池包", "rows": "行数",
    "functional unit": "功能单位", "default": "默认因子", "stage": "阶段", "result": "结果", "certificate": "证书",
    "answered": "已答复", "ended": "已结束", "changed": "有变化", "phase": "进度", "batch": "批量请求",
    "length": "长度", "passphrase": "口令", "address": "地址", "unfit": "不能同意", "witnesses": "见证方",
    "clock": "时钟",
    "records": "记录", "served": "占用", "waiting": "等待", "refused": "已拒绝", "particulars": "补充信息",
}  # fmt: skip

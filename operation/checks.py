"""What each check is about by which a statement or a call is refused, in words of both languages.

The one fact: rules and doors speak English and name the check; whoever reads the refusal looks the check up here, so
that nobody has to read a sentence of another language to know what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping

from operation.phrases import Phrase

CHECKS: Mapping[str, Phrase] = {
    # how a statement is written
    "size": Phrase("it is larger than allowed", "大小超出限制：请拆分或缩小后再提交"),
    "format": Phrase("it is not written as it should be", "写法不符合格式：请重新取得原文件，不要编辑或另存"),
    "encoding": Phrase("a value in it is not written in the one allowed way", "其中有值没有按规定的唯一写法书写"),
    "schema": Phrase("a field is missing, unknown or of the wrong kind", "有字段缺少、多余或类型不对"),
    "envelope": Phrase("it is not one signed envelope", "不是一份完整的签名信封"),
    "leaf": Phrase("it is not written as the log writes its leaves", "不是日志写入记录的格式"),
    "hash": Phrase("a name that is a hash does not match", "内容与其哈希名称不符：请从头重新上传"),
    "kind": Phrase("this kind does not belong here", "这里不接受这一类声明"),
    "message": Phrase("the message is not of the form agreed on", "消息格式不符：双方的程序版本可能不同"),
    "amount": Phrase("an amount is outside the range that can be proven", "活动量超出可证明的范围：请核对单位"),
    "quantity": Phrase("a quantity is outside its range", "数量超出允许范围：请核对单位"),
    "unit footprint": Phrase("the unit footprint is too large", "单位碳足迹过大：请核对单位"),
    # who says it
    "signature": Phrase("the signature does not fit the text", "签名与内容不符"),
    "signer": Phrase(
        "who signed it is not enrolled, was revoked, or has no role for this",
        "签名方没有登记、已被吊销，或者不是该签的一方：请核对由谁签名，必要时联系登记机构",
    ),
    "sender": Phrase("it was handed in over somebody else's connection", "声明须由签名企业自己的连接提交"),
    "role": Phrase("the role for this is missing", "缺少所需的角色：请登记机构为贵企业增加角色"),
    "identity": Phrase(
        "the connection's certificate is not accepted",
        "协调方不接受本节点的连接证书（过期、已吊销或没有登记）：请续期，或联系登记机构",
    ),
    "enrolment": Phrase("the enrolment does not fit", "登记信息不符，或已经登记过：请核对后联系登记机构"),
    "rotation": Phrase("the new enrolment does not fit the one it replaces", "新的登记与被替换的登记不符"),
    "possession": Phrase("the key was not proven to be its owner's", "没有证明持有该密钥：请重新登记"),
    "authority": Phrase(
        "another enrolment authority than the expected one", "登记机构与应有的不一致：不要登记，请向登记机构核实"
    ),
    "token": Phrase(
        "the invitation's token is not accepted",
        "邀请码无效（不完整、已使用、已过期或已取消）：请完整粘贴，或向登记机构索取新的",
    ),
    "csr": Phrase("the application for a certificate is not accepted", "证书申请不符合要求：请重新登记"),
    "key": Phrase("a key belongs to somebody else already", "密钥已属于另一登记：请重新生成密钥"),
    "invitation": Phrase("there is no such open invitation", "没有这份有效的邀请：可能已使用或已取消"),
    "invitee": Phrase("the invited party's particulars are not accepted", "受邀方的信息不符合要求：请逐项更正"),
    "legal-entity": Phrase(
        "the legal entity is invited or enrolled already", "该法人主体已受邀或已登记：先取消邀请或吊销原登记"
    ),
    "expires": Phrase("the time of expiry does not fit", "有效期不正确：请写成 30m、12h、14d 这样的时长"),
    "address": Phrase("the address is not one to go to", "地址不正确：请写成 主机名:端口"),
    "ambiguous": Phrase("several ids begin so", "有多个编号以此开头：请再多写几位"),
    "name": Phrase("the name cannot be used", "名称不能使用：请换一个"),
    "independence": Phrase("a verifier does not verify its own group", "核查方不能核查本集团的企业"),
    "readers": Phrase("it is not for you to read", "这些内容不对您开放"),
    # the log
    "saw": Phrase("the checkpoint it names is not one of this log", "所依据的检查点不属于本日志：请更新后重新签名"),
    "duplicate": Phrase("the same is in the log already", "日志中已有相同的声明，不必再提交"),
    "order": Phrase("it is logged before what it rests on", "时间或先后次序不对"),
    "behind": Phrase("the log is older than what was seen of it", "日志比已见到的旧：请运营方恢复较新的备份"),
    "forked": Phrase("the log has two histories", "日志出现了两个不同的历史：立即停用，并保留证据"),
    "known": Phrase("a known checkpoint is missing", "缺少已知的检查点：请运营方提供"),
    "log-key": Phrase("the key is not that of this log", "日志密钥与日志不符：请换回对应的密钥"),
    "pins": Phrase("the pins are not written as they should be", "锁定信息有误：请向运营方和登记机构重新取得"),
    "evidence": Phrase("it proves nothing against this log", "这份证据不足以证明日志有问题"),
    "witness": Phrase("the witness is not accepted", "见证方不符合要求：请核对地址和密钥"),
    "cursor": Phrase("the log does not reach that far", "日志没有这么长：请从最新位置继续"),
    "unknown": Phrase("it is not known here", "这里没有，或者不对您开放：请核对编号"),
    # the library
    "category": Phrase(
        "a product category is not as it should be, or there is none", "产品类别的内容不合要求，或没有这个类别"
    ),
    "template": Phrase("the lines are not those of the template", "行与模板不符：请用最新的模板"),
    "factor": Phrase(
        "a factor is not as it should be, is not published, or does not fit where it is cited",
        "因子的内容不合要求，或引用的因子没有发布、不适用",
    ),
    "library": Phrase("the library's file is not as it should be", "因子库文件有误：请更正后重试"),
    "version": Phrase("this version is logged with other content", "这个版本已经提交过，内容不同：请提高版本号"),
    "review": Phrase("the opinion does not fit its subject", "评审意见与对象不符：专家不能评审本企业的提交"),
    "publication": Phrase(
        "it may not be published: opinions are missing, or the version or code is taken",
        "不能发布：须有两位不同集团的专家同意；代码属于最先发布它的提供方；版本号须高于已发布的。"
        "请补齐意见、换代码或提高版本号",
    ),
    "return": Phrase(
        "it may not be returned: opinions are missing, or it is decided already",
        "不能退回：须有两位专家的意见，其中至少一份退回；已有决定的不能再退回",
    ),
    "retirement": Phrase(
        "what it withdraws is not published, or not the signer's", "不能撤回：它没有发布、已经撤回，或不属于签名方"
    ),
    "retired": Phrase(
        "it cites what was superseded or withdrawn", "引用的因子或类别已被取代或撤回：请更新因子库，改用新版本"
    ),
    # declarations
    "declaration": Phrase("the declaration does not fit its category", "申报没有登记，或与类别不符"),
    "period": Phrase("its period does not fit", "期间不正确：应为 1 至 366 天"),
    "method": Phrase("it does not follow the rule set it names", "不符合所声明的规则集，或规则集不一致"),
    "proof": Phrase("a proof about locked numbers does not hold", "关于承诺值的证明不成立：请重新生成后提交"),
    "certificates": Phrase("a green certificate is cited twice or too many are", "绿证重复引用，或数量过多"),
    # calculations
    "request": Phrase("the request breaks a rule", "请求不符合规则，或没有登记"),
    "entry": Phrase("the request has no such entry", "请求里没有这一项"),
    "functional unit": Phrase("the functional unit does not fit", "功能单位有误：请核对各项数值"),
    "stage": Phrase("the stage does not fit the boundary or the category", "阶段与边界或产品类别不符"),
    "seal": Phrase("a sealed quantity does not open", "密封的数量打不开，或与承诺值不符：请发起方重新请求"),
    "deadline": Phrase("its deadline does not fit, or has passed", "期限不正确，或已经过了"),
    "phase": Phrase("the calculation is not at this point, or is over", "核算不在这一步，或已经结束"),
    "ended": Phrase("the calculation is over", "核算已经结束，不再接受任何内容"),
    "consent": Phrase("the consent does not fit the request", "同意书与请求不符，或这一项已经答复"),
    "ephemeral": Phrase("another consent carries the same key", "另一份同意书用了同一把密钥：请重新生成后同意"),
    "roster": Phrase("the roster does not fit the consents", "参与名单与同意书不符"),
    "contribution": Phrase("the contribution does not fit the consent", "贡献与同意书不符，或已经提交"),
    "masks": Phrase("the masks do not cancel", "掩码没有相互抵消：没有公布任何内容"),
    "totals": Phrase("the totals are not the sum of what was declared", "总量不等于申报值之和：没有公布任何内容"),
    "figures": Phrase("the figures do not follow from the totals", "数字不能由总量推出"),
    "result": Phrase("the result does not fit the contributions", "结果与贡献不符，或还没有结果"),
    "certificate": Phrase("the certificate does not fit the calculation", "证书与核算不符，或还没有证书"),
    "bundle": Phrase("the certificate file cannot be made of this", "不能由此生成证书文件：缺少声明，或已是节略版"),
    "void": Phrase("the named cause does not hold", "所说的终止原因不成立"),
    "dispute": Phrase("the dispute does not fit the calculation", "争议与核算不符"),
    "opening": Phrase(
        "what is opened does not fit the question or the locked number", "出示的内容与所问的或承诺值不符"
    ),
    "records": Phrase("the declaration has no such records", "申报没有这些记录：请核对编号"),
    "verification": Phrase(
        "the finding does not fit the openings that it names", "核查结论与所依据的出示内容不符"
    ),
    # data beside the log, and how much at once
    "blob": Phrase("data that it rests on was not uploaded", "所依据的数据没有上传，或已不在：请重新上传后提交"),
    "offset": Phrase("the piece does not follow what is there", "上传的片段接不上：请从头重新上传"),
    "quota": Phrase("too much is kept for you unused", "为您保存而未使用的数据过多：请提交或稍候"),
    "budget": Phrase("its sender handed in too much in a short time", "今天失败的证明过多：请明天再试"),
    "open-requests": Phrase("too many of your requests are open", "未完成的请求过多：请等待或撤回一个"),
    "busy": Phrase("too much at once", "一次太多：请稍候再试"),
    "not-ready": Phrase("it is not there yet", "还没有准备好：请稍候再试"),
    # an operator's own machine
    "backup": Phrase("it is no whole backup", "备份不完整或已损坏：请换一份备份"),
    "database": Phrase("the database holds another log", "数据库里已有别的日志：请恢复到空数据库"),
    "folder": Phrase("the folder is not the one for this", "文件夹不合适：请换一个新文件夹"),
    "standby": Phrase("no second copy is kept", "没有同步的副本：请按提示设置数据库"),
}  # fmt: skip
OF_COMMANDS: Mapping[str, str] = {
    "account": "账号不符合要求：请核对名称",
    "checkpoint": "日志的检查点不对：请核对地址和锁定信息",
    "export": "不能导出",
    "file": "文件不能用：请核对路径和权限",
    "http": "日志没有给出所要的内容：请核对地址",
    "log": "日志或其公钥不符",
    "page": "不能写证书页",
    "particulars": "补充信息的文件有误",
    "party": "没有指明唯一的企业：请核对登记编号",
    "passphrase": "口令不对，或没有给出",
    "redact": "不能写公开版",
    "report": "不能写报告",
    "settings": "设置有误：请逐项更正",
    "state": "记录审计进度的文件不能用：请换一个",
    "tiles": "日志给出的数据不完整或不对",
    "url": "地址不正确：请写成 http://主机名:端口",
    "usage": "用法不对：请看 --help",
}
"""The checks of commands at one's own machine, beside those of rules and doors."""


def say_by_check(check: str, found: str) -> Phrase | None:
    """A refusal by its check: in English the rule's own words, in Chinese what the check is about, and then those.

    None for a check that is not in the table.
    """
    said = CHECKS[check].zh if check in CHECKS else OF_COMMANDS.get(check)
    return Phrase(found, f"{said}（原文：{found}）") if found and said else None

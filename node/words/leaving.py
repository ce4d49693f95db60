"""What each thing that leaves a node holds, in words for its owner: English and Chinese. Protocol section 10."""

from __future__ import annotations

from typing import NamedTuple

from protocol.payloads import Declaration, OpeningAnswer
from protocol.statements import parse_statement


class Words(NamedTuple):
    """One sentence in both languages; neither translates the other word by word."""

    en: str
    zh: str


STATEMENT_WORDS: dict[str, Words] = {
    "enrolment": Words(
        "your enrolment as the authority signed it: names, certificate and public keys",
        "登记机构签发的登记：名称、证书和公钥",
    ),
    "revocation": Words(
        "the end of your earlier enrolment, as the authority signed it when your keys were replaced",
        "更换密钥时由登记机构签发的旧登记终止声明",
    ),
    "declaration": Words(
        "declaration: product, period, factor ids and locked numbers (commitments); no amount can be read from it",
        "申报：产品、期间、因子编号和锁住的数字（承诺值），读不出任何用量",
    ),
    "request": Words(
        "request: pack model, suppliers, locked quantities; each quantity readable by its own supplier only",
        "计算请求：电池包型号、供应商、锁住的数量；每个数量只有对应的供应商能打开",
    ),
    "consent": Words(
        "consent: that you take part in this calculation, what you were asked and answered, a one-time public key",
        "同意书：您参加本次计算、向您提出的问题和答复、一次性公钥",
    ),
    "refusal": Words(
        "refusal: that you do not take part, and the reason you typed",
        "拒绝书：您不参加本次计算，以及您填写的理由",
    ),
    "contribution": Words(
        "contribution: locked numbers (commitments) and proofs; no amount can be read from it",
        "贡献：锁住的数字（承诺值）和证明，读不出任何用量",
    ),
    "result": Words(
        "result: the totals of the whole pack and figures derived from them, meant to be seen",
        "结果：整包的合计数和由它得出的指标，本来就要公开",
    ),
    "withdrawal": Words(
        "withdrawal: that you leave this calculation, and the reason you typed",
        "退出声明：您退出本次计算，以及您填写的理由",
    ),
    "category": Words(
        "product category: template and reference values, meant to be public",
        "产品类别：模板和参考值，本来就要公开",
    ),
    "factor": Words(
        "emission factor: its values and source, meant to be public", "排放因子：数值和来源，本来就要公开"
    ),
    "review": Words("review: your written opinion, meant to be public", "评审：您的书面意见，本来就要公开"),
    "publication": Words(
        "publication of a reviewed factor or category, meant to be public",
        "发布经评审的因子或类别，本来就要公开",
    ),
    "return": Words(
        "return of a factor or category to its provider, meant to be public", "退回因子或类别，本来就要公开"
    ),
    "retirement": Words(
        "retirement of a published factor or category, with the reason, meant to be public",
        "撤回已发布的因子或类别，连同原因，本来就要公开",
    ),
    "roster": Words("roster: who takes part", "参与名单"),
    "certificate": Words("certificate: that a result passed its checks", "证书：结果通过了全部核对"),
    "dispute": Words(
        "dispute: that a calculation's contributions do not add up", "争议：某次计算的各项贡献对不上"
    ),
    "mask_opening": Words(
        "your random masks of one disputed cell, locked (commitments); no amount can be read from them",
        "一个有争议格子的随机掩码，以承诺值给出，读不出任何用量",
    ),
    "key_opening": Words(
        "the one-time point you share with one other member, from which the mask between you two follows",
        "您与另一成员共享的一次性点，由它可算出你们两者之间的掩码",
    ),
    "vector_opening": Words(
        "your share, masked with random numbers and sealed to the customer; it means something only inside the sum",
        "您的份额，加了随机掩码并密封给客户；只有加进全体的总和里才有意义",
    ),
    "seal_opening": Words(
        "the key of one sealed share that did not hold what its sender had committed to",
        "一份与其承诺不符的密封份额的钥匙",
    ),
    "opening_request": Words(
        "your request to see lines and records of a declaration, and your reason",
        "您请求查看某份申报的若干项目和记录，以及理由",
    ),
    "opening_answer": Words(
        "the lines and records that you agreed to show, sealed to this one verifier",
        "您同意出示的项目和记录，已密封，只有这位核查方能读",
    ),
    "verification": Words(
        "verification: your opinion on a declaration or result, meant to be public",
        "核查意见：您对某份申报或结果的意见，本来就要公开",
    ),
    "void": Words("void: that a calculation ended without a result", "作废：计算未得出结果"),
}


NOTHING_SHOWN = Words(
    "your refusal to show a verifier lines and records, and the reason you typed; nothing is shown",
    "您拒绝核查方查看，以及您填写的理由；没有出示任何内容",
)


def word_statement(kind: str, data: bytes) -> Words:
    """What a statement on its way out holds, given its envelope: of a declaration also which one it is, of an answer to
    a verifier whether it is a yes."""
    if kind not in ("declaration", "opening_answer"):
        return STATEMENT_WORDS[kind]
    payload = parse_statement(data).payload
    if isinstance(payload, OpeningAnswer):
        return STATEMENT_WORDS[kind] if payload.verdict == "opened" else NOTHING_SHOWN
    assert isinstance(payload, Declaration)
    return Words(
        f"declaration of {payload.product} under {payload.method}: product, period, factor ids and locked numbers "
        "(commitments); no amount can be read from it",
        f"申报 {payload.product_name}（{payload.product}），规则集 {payload.method}：产品、期间、因子编号和锁住的数字"
        "（承诺值），读不出任何用量",
    )


CIPHERTEXT = Words(
    "your share, masked with random numbers and encrypted; it means something only inside the sum of all shares",
    "您的份额，加了随机掩码并加密；只有加进全体的总和里才有意义",
)
HE_KEY = Words("the public half of this calculation's encryption key", "本次计算加密密钥的公开部分")
CONNECTION = Words(
    "opens a TLS connection: the coordinator's host name is looked up, and your certificate is shown to it",
    "建立 TLS 连接：查询协调方的主机名，并向它出示您的证书",
)
LOOK = Words(
    "opens a TLS connection to read the enrolment authority's certificate; no data is sent in it",
    "建立 TLS 连接以读取登记机构的证书；连接中不发送数据",
)
LOOK_FIRST = Words(
    "opens and closes a connection to see whether the coordinator answers there; no data is sent in it",
    "建立并立即关闭一个连接，查看协调方是否在那里应答；连接中不发送数据",
)
ENROLMENT = Words(
    "one-time token, certificate request and public keys; the private keys stay here",
    "一次性邀请码、证书申请和公钥；私钥留在本机",
)
RENEWAL = Words(
    "certificate request of your enrolled key, for a new short-lived certificate; the private key stays here",
    "用已登记密钥签发的证书申请，用于换取新的短期证书；私钥留在本机",
)
ROTATION = Words(
    "new public keys, certificate request and the old key's signature that they replace it; private keys stay here",
    "新的公钥、证书申请，以及旧密钥对更换的签名；私钥留在本机",
)
COMPANY_LOGIN = Words(
    "asks your company's own login who it is that signs in to these pages; nothing of this node's data is in it",
    "向本公司的登录系统询问是谁在登录本页面；不含本节点的任何数据",
)
QUESTION: dict[str, Words] = {
    "watch": Words(
        "asks for statements that concern you, from a log position on", "询问与您有关的声明，从某个日志位置起"
    ),
    "get": Words("asks for statements by their public ids", "按公开编号索取声明"),
    "find": Words("asks for the public library", "查询公开的因子和类别库"),
    "blob-state": Words("asks how much of an upload has arrived", "询问上传已到达多少"),
    "blob-fetch": Words("asks for stored bytes by their hash", "按哈希索取已存数据"),
    "aggregate": Words("asks for the encrypted sum of a calculation", "索取一次计算的加密总和"),
    "citations": Words("asks how often your factors were cited", "询问您的因子被引用多少次"),
    "refused": Words("asks for an envelope that was refused, by its id", "按编号索取一份被拒收的声明"),
    "bundle": Words("asks for a certificate file", "索取证书文件"),
    "checkpoint": Words("asks for the log's newest checkpoint", "索取日志最新检查点"),
    "inclusion": Words("asks for proof that a statement is in the log", "索取某条声明在日志中的证明"),
    "consistency": Words("asks for proof that the log only grew", "索取日志只增不改的证明"),
}  # fmt: skip
PARTNER_ANSWERS: dict[str, Words] = {
    "pact-token": Words(
        "answer to a partner's credential: a token for an hour, or that the credential is not valid",
        "答复合作方的凭据：一小时有效的令牌，或告知凭据无效",
    ),
    "pact-footprints": Words(
        "answer to a partner: the footprints that you published to it, whole packs' totals, meant to be seen by it",
        "答复合作方：您发布给它的产品碳足迹，整包合计数，本来就是给它看的",
    ),
    "pact-event": Words(
        "answer to a partner's event: that it was taken, or why not",
        "答复合作方发来的事件：已收下，或未收下的原因",
    ),
    "pact-refusal": Words(
        "refusal of what was asked at the door for partners; nothing of yours is in it",
        "拒绝在合作方接口提出的请求；其中没有您的任何数据",
    ),
}
PARTNER_MESSAGES: dict[str, Words] = {
    "pact-sign-in": Words(
        "this node's own credential at a partner's host, to sign in there; nothing else of yours is in it",
        "本节点在合作方主机上的凭据，用于登录；不含您的其他内容",
    ),
    "pact-published": Words(
        "news for a partner: the ids of footprints that you published to it, no figure",
        "通知合作方：您发布给它的产品碳足迹的编号，不含任何数字",
    ),
    "pact-fulfilled": Words(
        "answer to a partner's request: footprints that you published to it, whole packs' totals, meant for its eyes",
        "答复合作方的请求：您发布给它的产品碳足迹，整包合计数，本来就是给它看的",
    ),
    "pact-rejected": Words(
        "answer to a partner's request: that it gets nothing, and the reason you typed",
        "答复合作方的请求：不提供，以及您填写的理由",
    ),
}

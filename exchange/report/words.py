"""What the verifier says, in English and Chinese, for readers who are no engineers. Protocol sections 3, 4 and 7."""

from __future__ import annotations

from typing import NamedTuple

from protocol.certificate import Status


class Words(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str


STATUS_WORDS: dict[Status, Words] = {
    Status.PASSED: Words("holds", "成立"),
    Status.FAILED: Words("FAILS", "不成立"),
    Status.NOT_REACHED: Words("not reached", "未检查"),
}
EARLIER_FAILED = Words(
    "They rest on a check above that failed",
    "这些检查所依据的上述检查不成立，无从检查",
)
PINS_BESIDE = Words(
    "The pins were read from the folder of this file. Whoever made the file can have made them too: they prove nothing "
    "unless you compare them with the log key and the authority's root that you received by another way.",
    "锁定信息取自本文件所在的文件夹。制作文件的人也可能一并制作了它们：除非您与经其他途径取得的日志密钥和登记机构根证书比对一致，"
    "否则不能证明任何事情。",
)
OUTSIDE = Words(
    "No file can show that a meter was read rightly, or that every supplier of the pack is in the bill of materials: "
    "a verifier's visit finds those.",
    "任何文件都不能证明计量读数真实，也不能证明物料清单没有遗漏供应商：这些要靠现场核查发现。",
)
FULL_HASH = Words("SHA-256 of the full certificate it was taken from", "所依据的完整证书的 SHA-256")
CANNOT_SHOW = Words(
    "What this public form cannot show (the full certificate can):",
    "公开版无法证明的事项（完整证书可以）：",
)
RULE_SET = Words("Rule set", "规则集")
VARIANT = Words("Variant", "变体")
UNKNOWN = Words("What the source of this rule set does not say:", "该规则集的来源未说明的事项：")
NO_SUCH_RULES = Words("this program does not know this rule set", "本程序不认识该规则集")
SEALED_ELECTRICITY = Words(
    "Amounts are sealed: this file cannot say how many kWh were bought under which electricity model. The rule set "
    "accepts:",
    "用量是密封的：本文件不能说明各电力模型下各用了多少千瓦时。该规则集接受：",
)
VERIFIED = Words("the sum of what every supplier declared", "等于各供应商申报值之和")
SIGNED_ONLY = Words(
    "as the pack maker signed it and the log holds it; the sum itself is checked on the full certificate",
    "由电池企业签名并已入日志；合计是否正确须用完整证书检查",
)
NOT_VERIFIED = Words("as the file says, NOT verified", "文件所称，未经验证")
FIGURE_WORDS: dict[str, Words] = {
    "total_kg": Words("Total, kgCO2e a pack", "每包总量，kgCO2e"),
    "total_energy_kwh": Words("Energy over the pack's life, kWh", "全生命周期电量，kWh"),
    "per_kwh": Words("Footprint per kWh delivered, kgCO2e", "每交付 1 千瓦时碳足迹，kgCO2e"),
    "per_kwh_capacity": Words("Footprint per kWh of capacity, kgCO2e", "每千瓦时容量碳足迹，kgCO2e"),
    "overstated_by_at_most": Words("Overstated by at most, kgCO2e", "最多高估，kgCO2e"),
    "biogenic_kg": Words("Biogenic share, kgCO2e", "其中生物源，kgCO2e"),
    "secondary_kg": Words("Rests on secondary data, kgCO2e", "基于次级数据的部分，kgCO2e"),
    "quality_rating": Words("Data quality, 1 best to 5", "数据质量，1 最好，5 最差"),
    "quality_band": Words("Data quality, band", "数据质量等级"),
    "primary_data_share": Words("Share of primary data, at least", "初级数据占比，不低于"),
}
FINDINGS: dict[str, Words] = {
    "unmodified": Words("Unmodified", "无保留意见"),
    "modified": Words("Modified (qualified)", "保留意见"),
    "adverse": Words("Adverse", "否定意见"),
    "disclaimed": Words("Disclaimer", "无法表示意见"),
}
"""The kinds of opinion of ISO 14064-3."""
ASSURANCES: dict[str, Words] = {
    "limited": Words("limited assurance", "有限保证"),
    "reasonable": Words("reasonable assurance", "合理保证"),
    "no": Words("no assurance", "不提供保证"),
}


KINDS: dict[str, Words] = {
    "enrolment": Words("enrolment", "登记"),
    "category": Words("product category", "产品类别"),
    "factor": Words("factor", "因子"),
    "review": Words("expert's opinion", "专家意见"),
    "publication": Words("publication", "发布"),
    "declaration": Words("declaration", "申报"),
    "request": Words("request", "请求"),
    "consent": Words("consent", "同意书"),
    "roster": Words("roster", "参与名单"),
    "contribution": Words("contribution", "贡献"),
    "dispute": Words("dispute", "争议"),
    "vector_opening": Words("sealed share, again", "重新密封的份额"),
    "result": Words("result", "结果"),
    "certificate": Words("certificate", "证书"),
    "verification": Words("verifier's opinion", "核查意见"),
    "unknown": Words("statement", "声明"),
}
"""The kinds of statements that a certificate holds."""

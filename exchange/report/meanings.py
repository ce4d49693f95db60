"""What a failed check means, for readers who are no engineers: one or two sentences a check, in both languages.

The one fact: the certificate page and the report say the same of the same check; the page gets these words from here.
"""

from __future__ import annotations

from exchange.report.words import Words

MEANINGS: dict[str, Words] = {
    "format": Words(
        "The file is damaged, incomplete or was edited. Nothing in it can be relied on; ask for the file again.",
        "文件已损坏、不完整或被编辑过，其中任何内容都不能采信；请重新索取文件。",
    ),
    "authority": Words(
        "The companies in this file were admitted by another authority than the one you trust. Compare the pin with the "
        "authority's own publication.",
        "文件中的企业由另一家登记机构认可，而不是您信任的那一家。请与登记机构自己公布的根证书核对。",
    ),
    "checkpoint": Words(
        "The public log whose key you pinned did not sign this file's state of the log. The file may come from another "
        "log, or the log's part of it was made up.",
        "您锁定的公开日志没有签署本文件所附的日志状态。文件可能出自另一份日志，或者日志部分系伪造。",
    ),
    "inclusion": Words(
        "At least one statement is not the one that was recorded in the public log. It was exchanged or changed afterwards.",
        "至少有一条声明不是公开日志中记录的那一条：它在事后被替换或改动。",
    ),
    "order": Words(
        "The recorded times run backwards, so deadlines and the validity of signatures cannot be judged.",
        "记录的时间出现倒退，期限和签名是否有效都无从判断。",
    ),
    "signatures": Words(
        "At least one statement was not signed by the company that it names, or that company was not entitled to make it. "
        "It is no statement of that company.",
        "至少有一条声明不是由其所称的企业签署，或者该企业无权作出这一声明。该声明不能视为该企业的意思表示。",
    ),
    "library": Words(
        "A product category or an emission factor was not published as required: two experts of independent houses must have "
        "accepted it. Numbers that rest on it have no agreed basis.",
        "有产品类别或排放因子未按规定发布：必须有两家相互独立机构的专家认可。以其为依据的数字缺乏公认的基础。",
    ),
    "declarations": Words(
        "A supplier's declaration does not fit its published template, or does not prove that its hidden amounts are "
        "neither negative nor out of range. The sum may be too small.",
        "有供应商的申报不符合已发布的模板，或未能证明其隐藏的数值既非负数也未超出范围。总量可能被压低。",
    ),
    "request": Words(
        "The question that was computed is not well put: the energy over the pack's life, a deadline, a quantity or the list "
        "of parts is not as the rules want it.",
        "所计算的问题本身不成立：电池包全生命周期电量、期限、数量或部件清单不符合规则。",
    ),
    "consents": Words(
        "A supplier's consent is missing, late, signed by somebody else, or made under a key that it did not prove to hold.",
        "有供应商的同意书缺失、逾期、由他人签署，或所用密钥未经证明归其持有。",
    ),
    "roster": Words(
        "The list of those who took part is not the list of those who consented. Somebody was added or left out.",
        "参与方名单与同意参与者不一致：有人被添加或被遗漏。",
    ),
    "contributions": Words(
        "A supplier contributed something other than the agreed quantity times the footprint that it declared. The total does "
        "not rest on the declarations.",
        "有供应商贡献的数值不等于约定数量乘以其申报的单位碳足迹，总量并非建立在申报之上。",
    ),
    "masks": Words(
        "What was added up is not what the suppliers contributed: something was put in or taken out on the way.",
        "汇总的并不是各供应商贡献的数值：途中有内容被加入或取走。",
    ),
    "totals": Words(
        "The published total is not the sum of what the suppliers contributed. The number is wrong.",
        "公布的总量不是各供应商贡献之和，该数字是错误的。",
    ),
    "figures": Words(
        "A figure that is shown (a stage, the footprint per kWh, the bound, the data quality) does not follow from the totals "
        "under the rule set that is named.",
        "所展示的某项数字（阶段、每千瓦时碳足迹、误差界或数据质量）按所称规则集不能由总量推出。",
    ),
    "certificate": Words(
        "The platform's certificate is not one of this very result, which may have been changed since, or the calculation had "
        "been ended before.",
        "平台出具的证书针对的不是文件中的这份结果（结果可能事后被改动），或者计算此前已被终止。",
    ),
    "witnesses": Words(
        "Fewer independent witnesses than you require saw this log. It may show other people another history.",
        "看到这份日志的独立见证方少于您的要求，日志可能向他人展示了另一套历史。",
    ),
    "verifications": Words(
        "A third-party verification in this file is not independent, or is about something else.",
        "文件中有第三方核查不具独立性，或者核查的是别的对象。",
    ),
}
"""By the check's name."""
NOT_PROVEN: tuple[Words, ...] = (
    Words(
        "That meters were read rightly. Each declaration binds its records, so that a verifier's visit can find out.",
        "计量读数是否真实。每份申报都锁定了其原始记录，现场核查可以据此查实。",
    ),
    Words(
        "That every supplier of the pack is in the bill of materials.",
        "物料清单是否包含了电池包的全部供应商。",
    ),
    Words(
        "Under which electricity models how many kWh were used: amounts are sealed.",
        "各电力模型下各用了多少千瓦时：用量是密封的。",
    ),
    Words(
        "That nothing was verified later, or with another finding that was left out. Ask for a newer file.",
        "此后是否另有核查，或有结论不同的核查未被附上。请索取更新的文件。",
    ),
    Words(
        "That no key was withdrawn and no calculation ended in a statement that was left out. An audit of the whole log finds "
        "that.",
        "是否有撤销密钥或终止计算的声明未被附上。对整份日志的审计可以发现。",
    ),
)
"""What no file of this kind can show. docs/certificate.md, "What a bundle cannot show"."""

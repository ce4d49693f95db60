"""The headings and labels of the report for people and of the certificate page, in English and Chinese.

The one fact: a label is written once; `python -m tools.make_page_tables` copies it into the page.
"""

from __future__ import annotations

from exchange.report.words import Words

LABELS: dict[str, Words] = {
    "title": Words("Carbon footprint of a battery pack", "动力电池包碳足迹报告"),
    "subtitle": Words("Report of a certificate that anyone can verify", "可由任何人验证的证书报告"),
    "per_kwh": Words("per kWh delivered over the pack's life", "每交付 1 千瓦时电量"),
    "unit_per_kwh": Words("kgCO₂e/kWh", "kgCO₂e/kWh"),
    "bound": Words(
        "The exact sum lies at most {kg} kgCO₂e ({percent} %) below the total: a small proven guard protects the suppliers "
        "and always overstates.",
        "精确总和比公布值最多低 {kg} kgCO₂e（{percent}%）：为保护供应商而加入经证明的小额保护量，只会高估，不会低估。",
    ),
    "identification": Words("Identification", "基本信息"),
    "model": Words("Model", "型号"),
    "withheld_model": Words(
        "Model {number} (the public form withholds its name)", "型号 {number}（公开版不载型号名称）"
    ),
    "chemistry": Words("Chemistry", "化学体系"),
    "vehicle": Words("Vehicle category", "车辆类别"),
    "maker": Words("Pack maker", "电池企业"),
    "operator": Words("Platform operator", "平台运营方"),
    "log": Words("Public log", "公开日志"),
    "certified": Words("Certified on", "证书日期"),
    "request": Words("Calculation", "核算编号"),
    "file": Words("SHA-256 of the file", "文件的 SHA-256"),
    "redacted_file": Words("SHA-256 of the public form", "公开版的 SHA-256"),
    "functional_unit": Words("Functional unit", "功能单位"),
    "unit_is": Words("1 kWh delivered over the pack's life", "电池包全生命周期交付的 1 千瓦时电量"),
    "pack_energy": Words("Pack energy", "电池包标称能量"),
    "usable_energy": Words("Usable energy", "可用能量"),
    "cycles": Words("Equivalent full cycles a year", "每年等效全循环次数"),
    "measured_cycles": Words("Measured cycle life", "实测循环寿命"),
    "warranty": Words("Warranty", "质保"),
    "by_rule_set": Words("{cycles} (the rule set's default)", "{cycles}（规则集默认值）"),
    "in_years": Words("{years} years", "{years} 年"),
    "mileage_in_years": Words(
        "{km} km ÷ {yearly} km a year = {years} years", "{km} km ÷ 每年 {yearly} km = {years} 年"
    ),
    "counted_years": Words("Years counted", "计算年限"),
    "warranty_years_first": Words("{years} years: the years end first", "{years} 年：年数先到"),
    "warranty_km_first": Words("{years} years: the mileage ends first", "{years} 年：里程先到"),
    "total_energy": Words("Energy over the pack's life", "全生命周期电量"),
    "method": Words("Rule set", "规则集"),
    "variant": Words("Variant", "变体"),
    "boundary": Words("System boundary", "系统边界"),
    "partial": Words("Partial life cycle (without end of life)", "部分生命周期（不含回收利用）"),
    "full": Words("Full life cycle", "全生命周期"),
    "comparison": Words(
        "for comparison only: this rule set is declared over another boundary",
        "仅供比较：该规则集须按其他边界申报",
    ),
    "stages": Words("Stages", "各阶段"),
    "outside_boundary": Words("outside the boundary", "不在系统边界内"),
    "not_declared": Words("not declared", "未申报"),
    "maybe_declared": Words(
        "Of a stage that is 0 the public form does not say whether anything was declared for it; the full certificate does.",
        "某一阶段为 0 时，公开版不载明该阶段是否有申报，完整证书载明。",
    ),
    "stage": Words("Stage", "阶段"),
    "kg": Words("kgCO₂e", "kgCO₂e"),
    "share": Words("Share", "占比"),
    "total": Words("Total", "合计"),
    "credit": Words("A negative stage is a credit.", "负值阶段为抵减。"),
    "quality": Words("Data quality", "数据质量"),
    "quality_rating": Words("Rating of secondary data, 1 best to 5", "次级数据质量评分，1 最好，5 最差"),
    "none_secondary": Words("nothing rests on secondary data", "没有使用次级数据"),
    "quality_limit": Words("Limit of the rule set", "规则集的限值"),
    "primary_share": Words("Share of primary data, at least", "初级数据占比，不低于"),
    "secondary": Words("Rests on secondary data", "基于次级数据"),
    "biogenic": Words("Biogenic share", "其中生物源"),
    "capacity": Words("Footprint per kWh of capacity", "每千瓦时容量碳足迹"),
    "exclusions": Words("Exclusions and open points", "排除项与未明确事项"),
    "cut_off": Words(
        "Materials below {percent} % of their component's mass may be left out; their mass is added to what is kept. What was "
        "left out is in the suppliers' own records and not in this file.",
        "质量低于所属部件 {percent}% 的材料可以省略，其质量并入保留的材料。省略了什么保存在供应商自己的记录中，不在本文件内。",
    ),
    "no_cut_off": Words("The rule set names no cut-off.", "规则集没有规定截断准则。"),
    "use_phase": Words("The use phase is outside every boundary.", "使用阶段不在任何边界之内。"),
    "unknown": Words("What the source of the rule set does not say", "规则集来源未说明的事项"),
    "exact": Words("Figures exactly as signed", "签名所载的精确数值"),
    "participants": Words("Who took part", "参与方"),
    "company": Words("Company", "企业"),
    "product": Words("Product", "产品"),
    "plant": Words("Plant", "生产地"),
    "period": Words("Period of the data", "数据期间"),
    "hidden_parties": Words("The public form does not say who took part.", "公开版不显示参与方。"),
    "verification": Words("Third-party verification", "第三方核查"),
    "no_verification": Words("No verification is in this file.", "本文件不含第三方核查。"),
    "opinions_none": Words(
        "The file carries no third-party verification. Whether there is one, ask the operator of the log or whoever issued "
        "the certificate.",
        "本文件未附第三方核查意见。是否另有核查意见，请向公开日志的运营方或证书出具方查询。",
    ),
    "opinions_some": Words(
        "Opinions of verifiers in the file: {count}. Whether there are more, ask the operator of the log or whoever issued "
        "the certificate.",
        "本文件附有 {count} 份核查意见。是否还有其他意见，请向公开日志的运营方或证书出具方查询。",
    ),
    "hidden_verification": Words(
        "The public form does not say whether verifiers gave opinions: ask the pack maker for the full certificate.",
        "公开版不载明有没有核查意见，请向电池企业索取完整证书。",
    ),
    "about": Words("About", "核查对象"),
    "of_result": Words("the result", "结果"),
    "of_owner": Words("{product} ({owner})", "{product}（{owner}）"),
    "reserved": Words(
        "The checks hold; verifiers, however, gave opinions other than unmodified:",
        "各项检查成立，但核查方出具了以下意见，并非无保留意见：",
    ),
    "checks": Words("The numbered checks", "逐项检查"),
    "check_how": Words("How to check it yourself", "如何自行验证"),
    "check_steps": Words(
        "With Sealsum installed, run “sealsum verify FILE --pins pins.json”, without a network; with --open it opens the "
        "certificate page in your browser. The operator's platform serves the same page: its address with /verify/ behind it. "
        "This report was made by whoever gave it to you, and the checks below were run under that party's pins: a report "
        "proves nothing by itself, the file does once you have checked it. The two pins, the "
        "log's key and the authority's root certificate, must reach you by another way than this report: from the operator's "
        "and the authority's own sites, from a regulator or your auditor.",
        "安装 Sealsum 后离线运行“sealsum verify 文件 --pins pins.json”；加上 --open 会在浏览器里打开证书验证页。在运营方平台的网址后加 /verify/ "
        "也是同一页面。本报告由给您报告的一方生成，下面的逐项检查用的是那一方的锁定信息：报告本身不能证明什么，证书文件经您自己检查后才算数。两项锁定信息（日志密钥和登记机构根证书）必须经本报告以外的途径取得：运营方和登记机构各自的网站、监管部门或您的"
        "审计师。",
    ),
    "check_page": Words("The certificate page is at {page}", "证书验证页：{page}"),
    "qr": Words(
        "The code holds the SHA-256 of the public form, the total, the footprint per kWh and the log's name. Compare them with "
        "the file that you received. It names the model by its number, as the public form does, which withholds the name.",
        "二维码包含公开版的 SHA-256、总量、每千瓦时碳足迹和日志名称，请与您收到的文件比对。其中 model 是型号的序号：公开版不载型号名称。",
    ),
    "not_proven": Words("What no file can prove", "任何文件都不能证明的事项"),
    "good": Words("Every check holds: this certificate is good.", "所有检查均成立：本证书有效。"),
    "good_redacted": Words(
        "Every check that the public form allows holds. Whether the sum is right, and whether verifiers gave opinions, only "
        "the full certificate shows.",
        "公开版所能进行的检查均成立。合计是否正确、有没有核查意见，须看完整证书。",
    ),
    "bad": Words(
        "This certificate does NOT hold. Do not rely on anything in this file.",
        "本证书不成立。请勿依据文件中的任何内容。",
    ),
    "bad_next": Words(
        "What rests on a check that fails is not reached, or not to be relied on; every other check was made all the same. "
        "Ask whoever gave you the file for the original, and compare its SHA-256.",
        "有检查不成立时，以它为依据的各项不再检查，或者不能据此采信；其余各项照常检查。请向给您文件的人索取原件，并比对 SHA-256。",
    ),
    "other_platform": Words(
        "Neither pin fits this file: perhaps the pins (pins.json) belong to another platform, perhaps the file does. "
        "Compare both with the sites of the operator and the authority that you trust, and check again.",
        "两项锁定信息都与本文件不符：也许锁定信息（pins.json）属于另一个平台，也许这份文件出自另一个平台。请与您信任的运营方和登记机构各自网站上"
        "公布的核对后，再检查一次。",
    ),
    "one_pin": Words(
        "One of the two pins fits this file, the other does not: perhaps it was copied wrongly or has been replaced, perhaps "
        "the file was forged. Compare the pin of check {checks} with its publisher's own site, and check again.",
        "两项锁定信息中一项与本文件相符，另一项不符：也许抄录有误或已经更换，也许文件系伪造。请将检查 {checks} 所用的锁定信息与其发布方网站上公布的核对后，"
        "再检查一次。",
    ),
    "needs_full": Words("needs the full certificate", "须用完整证书"),
    "no_witnesses": Words("not applicable: no witness was required", "不适用：未要求见证方"),
    "no_opinions": Words("not applicable: none in the file", "不适用：文件中没有核查意见"),
    "found": Words("Found", "技术细节（英文，供技术人员参考）"),
    "means": Words("What that means", "这意味着"),
    "resaved": Words(
        "It reads like a certificate, but a program, perhaps an editor, has saved it again and changed its bytes. Get the "
        "file anew and pass it on without opening it in an editor.",
        "内容读起来是证书，但文件被某个程序（例如记事本）重新保存过，字节已经改变。请重新索取文件，不要在编辑器里打开后另存。",
    ),
    "proves_nothing": Words("not to be relied on", "不能据此采信"),
    "rests_on_failed": Words("It rests on what fails: {checks}.", "其所依据的检查 {checks} 不成立。"),
    "first_found": Words(
        "The first one found is number {index} of the log, as the file says: {kind}, {name}.",
        "最先发现的是日志第 {index} 条；按文件所称：{kind}，{name}。",
    ),
    "fails_with": Words(
        "This check holds the file to the authority that you pinned; check {checks} fails, and this one with it. By itself "
        "it does not say that anything was forged.",
        "这一项按您锁定的登记机构核对；检查 {checks} 不成立，它也就不成立。仅凭这一项不能说明文件系伪造。",
    ),
    "not_reached_means": Words("It rests on a check above that failed.", "其所依据的上述检查不成立。"),
    "not_certificate": Words(
        "{file} is not a certificate, so it was set aside: perhaps you meant another file. A certificate is a .json file "
        "whose name begins with certificate, as in certificate-94712129.json, unless somebody renamed it; its public form is "
        "called certificate-94712129-public.json.",
        "{file} 不是证书，已放在一边，也许选错了文件。证书是 .json 文件；没有改过名的话，文件名以 certificate 开头，"
        "例如 certificate-94712129.json，公开版则是 certificate-94712129-public.json。",
    ),
    "font_note": Words(
        "Characters outside the shipped font are shown as boxes.",
        "随附字体之外的字符显示为方框。",
    ),
}
BANDS: dict[str, Words] = {
    "excellent": Words("excellent", "优秀"),
    "very good": Words("very good", "很好"),
    "good": Words("good", "良好"),
    "fair": Words("fair", "一般"),
    "poor": Words("poor", "较差"),
}
"""The rule sets' names of data quality."""

"""The Chinese of the sentences that commands print for people; see operation/told.py."""

SENTENCES: dict[str, str] = {
    # The node: enrolling, keys, accounts.
    "Enrolled as {}; the keys are in {}. Back it up: sealsum node backup {}":
        "已登记为{}，密钥在 {}。请备份：sealsum node backup {}",
    "The keys are replaced: enrolment {} instead of {}. Make a new backup now.":
        "密钥已更换：新登记 {} 取代 {}。请立即重新备份。",
    "The coordinator answers on {}, and its log is the pinned one.": "协调方在 {} 应答，其日志就是所固定的那一本。",
    "Pins are in {}.": "固定信息已写入 {}。",
    "{} is {} from now on.": "{} 今后的角色：{}。",
    "No password opens it any more.": "它不再能用密码登录。",
    "The password is set; its sessions have ended.": "密码已设置，原有登录都已结束。",
    "{} is asked for no code any more.": "{} 登录时不再要求动态码。",
    "Nobody comes in as {} any more.": "账号 {} 已停用，不能再登录。",
    "It works once, within a quarter of an hour.": "只能用一次，一刻钟内有效。",
    "The key of {} is kept by: {}": "{} 的密钥保管方式：{}",
    "Locked anew; the key is kept by: {}": "已重新加锁，密钥保管方式：{}",
    "{} holds this node, {} bytes, encrypted. Try it before you need it.":
        "{} 存有本节点，共 {} 字节，已加密。请先试着恢复一次。",
    "Restored as of {}. Nothing is signed before the log was read: sealsum node reconcile {}":
        "已恢复到 {} 的状态。读过日志之前不签名：sealsum node reconcile {}",
    "Nothing was to be done: this store knows all that the log knows of it.":
        "没有要做的：日志里有关本节点的，这里都有。",
    "Open this?": "打开？",
    "Password": "密码",
    "Serving {} ({}); stop with Ctrl-C.": "{}（{}）已在运行；按 Ctrl-C 结束。",
    "Keep it now: it is not shown again.": "请现在保存：不会再次显示。",
    "It opens nothing any more.": "它不再有效。",
    # The node: products, factors, opinions.
    "Product {} ({}) of category {} is known.": "已记下产品 {}（{}），产品类别 {}。",
    "the file says legal entity {}, this node is enrolled as {}; declarations are signed as the latter":
        "文件写的法人是 {}，本节点登记的是 {}；申报按后者签名",
    "Declared {}: {}.": "已申报 {}：{}。",
    "{}: {} lines and the output. Fill in amounts, then: sealsum node import":
        "{}：{} 行以及产量。请填写用量，然后：sealsum node import",
    "Mapping {} is forgotten.": "已删除对应关系 {}。",
    "{} found": "找到 {} 条",
    "{} citations in certificates": "在核算证书中被引用 {} 次",
    "{} is per {}, but is accepted per {}: {}": "{} 这里按 {} 计，而接受它的项目按 {} 计：{}",
    "{} is per {}, but its version {} per {}": "{} 这里按 {} 计，而版本 {} 按 {} 计",
    "{} factors are in the log and wait for reviews.": "{} 条因子已记入日志，等待专家评审。",
    "{} say what you submitted last; nothing was sent for them.": "{} 条与上次提交的相同，没有发送。",
    "Withdrawn before, put forward again: {}": "曾经撤回、现在重新提出：{}",
    "Declarations that cite it keep counting; new ones may not cite it.":
        "已引用它的申报继续有效；新的申报不能再引用。",
    "Version {} may be cited again.": "版本 {} 又可以引用。",
    "Nothing of this code may be cited then.": "此后这个代码没有可以引用的版本。",
    "The withdrawal is public under your name and stays; nobody can take it back.":
        "撤回以贵单位的名义公开并永久保留，谁也不能取消。",
    "Withdraw it?": "确认撤回？",
    "Withdrawn before, to be put forward again: {}": "曾经撤回、将重新提出：{}",
    "Once logged they are public under your name and stay; a correction is a new, higher version.":
        "记入日志后以贵单位的名义公开并永久保留；要更正只能提交更高的新版本。",
    "Sign and submit them?": "确认签名并提交？",
    "Your opinion is public under your name and stays; nobody can change it or take it back.":
        "签名后，意见以贵单位的名义公开并永久保留，谁也不能修改或收回。",
    "Sign it?": "确认签名？",
    "Nothing waits for your opinion.": "没有等待您评审的内容。",
    "Waiting for your opinion: {}": "等待您评审：{} 项",
    "Write one with: {} (--all: on all of these)": "写意见：{}（--all：对以上全部）",
    "Nothing was signed: name codes or ids, or --all.": "没有签名：请写代码或编号，或用 --all。",
    "Nothing was signed: nobody is here to answer. Add --yes to sign without being asked.":
        "没有签名：这里无人确认。不需要确认时请加 --yes。",
    "{} is withdrawn: {}": "{} 已撤回：{}",
    "Your review of {} submissions is in the log: {}": "您对 {} 项提交的意见已记入日志：{}",
    "Warning: {}": "请核对：{}",
    "Total energy {} kWh, {} kgCO2e/kWh delivered, {} kgCO2e/kWh of capacity":
        "总能量 {} kWh，每交付 1 kWh 为 {} kgCO2e，每 1 kWh 容量为 {} kgCO2e",
    "Finding: {}, line {}: {} kWh under {}, which {} does not accept; {} kg, by the national average {} kg, {} kg":
        "发现：{} 第 {} 行有 {} kWh 按 {} 计，{} 不认可；{} kg，按全国平均为 {} kg，差 {} kg",
    # The node: requests, answers, results.
    "Nothing waits for you.": "没有等您处理的。",
    "Nobody has asked yet.": "还没有人来询问。",
    "Consented with {}. The agent (serve) contributes once everyone has answered.":
        "已同意，给出 {}。各方都答复后，由后台程序（serve）提交份额。",
    "Refused. The coordinator ends this calculation.": "已拒绝。协调方会结束这次核算。",
    "Withdrawn. The calculation has ended for all its parties.": "已撤回。这次核算对各方都已结束。",
    "Policy {}: {} of {} for {} without asking you.": "规则 {}：{}，产品 {}，客户 {}，不再逐次询问您。",
    "1 total": "1 次合计",
    "up to {} totals": "最多 {} 次合计",
    "Policy {} is removed.": "规则 {} 已删除。",
    "  asks: {}": "  所问：{}",
    "  takes part as well: {}": "  同时参加：{}",
    "No policy: every request waits for your answer (sealsum node inbox).":
        "没有规则：每个请求都等您答复（sealsum node inbox）。",
    "No calculation of this node was ever disputed.": "本节点的核算从未有过争议。",
    "{}  {}  to {}  {}, {} bytes": "{}  {}  发往 {}  {}，{} 字节",
    "{} rows are in {}.": "{} 行已写入 {}。",
    "The result is in {} as {} ({} bytes, SHA-256 {}).": "结果已写入 {}，格式 {}（{} 字节，SHA-256 {}）。",
    "Ready to be asked for.": "可以发起核算。",
    "Something is missing.": "还缺内容。",
    "Texts that ask these suppliers: sealsum node model texts {} {}":
        "写给这些供应商的询问：sealsum node model texts {} {}",
    "Nobody is to be asked.": "没有需要询问的供应商。",
    "To: {}\nSubject: {}\n\n{}": "收件人：{}\n主题：{}\n\n{}",
    "{} owners will be asked: {}.": "将询问 {} 家：{}。",
    "{}: the number is of request {}; a newer one: {}, {}": "{}：数值来自请求 {}；另有更新的请求 {}，{}",
    "removed: {} ({}); sealsum node model undo brings it back": "已移除：{}（{}）；恢复用 sealsum node model undo",
    "Model {} ({}), {} items: {}.": "型号 {}（{}），{} 行：{}。",
    "Opened to {}, and to nobody else: {}": "已只对 {} 出示：{}",
    "{} will read, exactly:": "{} 将看到的全部内容：",
    "Refused; nothing was opened.": "已拒绝，没有出示任何内容。",
    "Trial until {}, {} days left: {} of at least {} typical packs, {} of {} chemistries are certified.":
        "试行至 {}，还有 {} 天：典型产品已核算 {} 个，至少 {} 个；化学体系 {} / {}。",
    "From {} every model: {} of {} are certified.": "自 {} 起每个型号都要核算：已完成 {} / {}。",
    "entry {} reminded": "参与项 {} 已提醒",
    "Nobody is awaited.": "没有在等的供应商。",
    "Once they are sent, note it with --sent.": "发出之后，请用 --sent 记下。",
    "Requested the footprint of {} from {} entries.": "已对 {} 发起核算，共 {} 个参与项。",
    "warning: {}": "请核对：{}",
    "beyond the boundary, left out: {}": "超出边界，未计入：{}",
    "{} {}: {} of {} consented, {} contributed": "{} {}：{} / {} 已同意，{} 已提交份额",
    "{} kgCO2e/kWh over {} kWh delivered; overstated by at most {} kg, never understated.":
        "交付 {1} kWh，每 kWh 为 {0} kgCO2e；最多高估 {2} kg，不会低估。",
    "{} kgCO2e per kWh of capacity; data quality {}{}; at least {} % primary data.":
        "每 kWh 容量 {} kgCO2e；数据质量 {}{}；初级数据至少 {} %。",
    "The certificate is in {} ({} bytes). Anyone can: sealsum verify {} --pins PINS":
        "核算证书已写入 {}（{} 字节）。任何人都能核验：sealsum verify {} --pins 固定信息",
    "{}, new result": "{}，有新结果",
    "Declarations": "申报",
    "Requests": "请求",
    "Asked of you": "别人请您参与的",
    "Submitted": "已提交",
    "Opinions": "意见",
    "What you asked as a verifier: {}": "核查方提出的问题请看：{}",
    # The node: partners, verifiers, the log.
    "Pass the secret on by a safe way now: it is not shown again.": "请现在用安全的方式把密码交给对方：不会再次显示。",
    "{} can no longer sign in.": "{} 不能再登录。",
    "{} is sent nothing any more.": "不再向 {} 发送事件。",
    "Events for {} go to {}.": "给 {} 的事件发往 {}。",
    "The answer is on its way; see: sealsum node partners outbox": "答复已在发送；查看：sealsum node partners outbox",
    "It is no longer served to them.": "不再向它们提供。",
    "It is no longer served.": "不再提供。",
    "Every amount opens its commitment, every record is one of those committed to.":
        "每个用量都与承诺值相符，每条凭证都在所承诺的凭证之中。",
    "record {} of {}: {}": "第 {} 条凭证，共 {} 条：{}",
    "That there are {} records is what the owner says; ask for record {} to have it proven.":
        "共 {} 条凭证是所有者自己说的；要证明这一点，请询问第 {} 条。",
    "Asked: {}\nOnce the owner has answered: sealsum verifier open {} {}":
        "已询问：{}\n所有者答复后：sealsum verifier open {} {}",
    "Signed and logged: {}": "已签名并记入日志：{}",
    "The check fails here as well.": "这项检查在这里也没有通过。",
    "That check does not fail here, by the library as the log has it now; a calculation may have gone on since. "
    "Ask the operator, or judge the envelope with --out.":
        "这项检查在这里通过了，所依据的是日志中最新的因子库；有关的核算可能已有新的进展。"
        "请询问运营方，或用 --out 取出原文自行判断。",
    "{} of {} witnesses must have cosigned what this node signs on.":
        "本节点签名所依据的日志，须有 {} 个见证方联署（共 {} 个）。",
    "Signed by the pinned key, and consistent with every checkpoint seen before.":
        "由所固定的密钥签名，与以前见过的每个检查点一致。",
    "{} is leaf {} of {}, logged {}; the proof of {} hashes holds.":
        "{} 是日志的第 {} 条（共 {} 条），记入时间 {}；{} 个哈希的证明成立。",
    "Fails here: {}: {}": "在这里没有通过：{}：{}",
    "Written: {}": "已写入：{}",
    "To show only a part, refuse and say in the reason which part you would show: the verifier asks again for that.":
        "只想给看一部分时，请拒绝，并在理由里写明愿意给看哪些：核查方会照此再问一次。",
    "Nobody's mistake: {}.": "不是谁的违规：{}。",
    "Nothing wrong was seen.": "没有发现问题。",
    # The coordinator.
    "Next: sealsum coordinator serve {}; then, beside it, sealsum coordinator account add {} NAME --role operator":
        "下一步：sealsum coordinator serve {}；运行后另开终端：sealsum coordinator account add {} 账号 --role operator",
    "The keys in {} are not locked; whoever takes the disk has them. For a real log: sealsum coordinator lock-keys {}":
        "{} 里的密钥没有加锁，拿到磁盘的人就拿到密钥。正式使用请先：sealsum coordinator lock-keys {}",
    "locked: {}": "已加锁：{}",
    "in the clear: {}": "未加锁：{}",
    "the store is up to date": "存储已是最新版本",
    "Nothing serves from {} now: the link opens once the coordinator runs there, on that address.":
        "{} 现在没有在运行：在那个地址上启动协调方后，链接才能打开。",
    "{} submitted, {} published, {} wait for reviews": "提交 {} 项，发布 {} 项，{} 项等待评审",
    "returned {}; a corrected version may be submitted": "已退回 {}；对方可以更正后再次提交",
    "withdrew {}": "已撤回 {}",
    "{}  {} version {}  {}  {}": "{}  {} 版本 {}  {}  {}",
    "{} factors are in {}": "{} 条因子已写入 {}",
    "{} version {} is in {}; submit it: sealsum coordinator publish {} {}":
        "产品类别 {} 的版本 {} 已写入 {}；提交：sealsum coordinator publish {} {}",
    "superseded by a higher version: {}": "被更高版本取代：{}",
    "not published: {}: {}": "未发布：{}：{}",
    "logged: {}": "已记入日志：{}",
    # The authority, witnesses, auditors.
    "the root key is locked": "根密钥已加锁",
    "the root key is in the clear": "根密钥未加锁",
    "Invitation {} is cancelled; its token no longer works.": "第 {} 号邀请已取消，其邀请码不再有效。",
    "Revocation {} is in {}. Hand it to the operator to submit it to the log.":
        "吊销 {} 已写入 {}。请交给运营方提交到日志。",
    "It was revoked already, {}: {}. Nothing new was signed.": "此前已吊销（{}，原因：{}），没有重新签名。",
    "The statement of then is in {}.": "当时的吊销声明在 {}。",
    "Next: sealsum authority serve {} --listen HOST:PORT; then invite the operator first.":
        "下一步：sealsum authority serve {} --listen 主机名:端口；然后先邀请运营方。",
    "Passphrase of the root key": "根密钥的口令",
    "The key in {} is not locked; whoever takes the disk has it. For a real witness: lock-key":
        "{} 里的密钥没有加锁，拿到磁盘的人就拿到密钥。正式使用请先运行 lock-key",
    "This witness's key, to be pinned by those who want to hear it:\n{}": "本见证方的公钥，由采信它的各方固定：\n{}",
    "Watching {}; the last checkpoint cosigned has {} leaves.": "已开始见证 {}；最近一次联署的检查点有 {} 条。",
    "Cosigning on http://{}; stop with Ctrl-C.": "在 http://{} 上联署；按 Ctrl-C 结束。",
    "Finishing what is under way.": "正在结束：先完成手头的应答。",
    "known to {}": "{} 已知",
    "{} statements, all here": "{} 条声明，这里都有",
    "To check it at any time: sealsum coordinator doctor {}": "随时检查这份备份：sealsum coordinator doctor {}",
    "{}: {} leaves cosigned": "{}：已联署 {} 条",
    "evidence {} against {}, {} UTC": "证据 {}，针对 {}，{} UTC",
    "Proven by the log's own signatures.": "由日志自己的签名证明。",
    "The log owes a proof that holds.": "日志应给出成立的证明，但没有。",
    "Evidence against the log is in {}; anyone judges it with: sealsum log evidence {} --pins FILE":
        "针对该日志的证据已写入 {}；任何人都可以判断：sealsum log evidence {} --pins 固定信息",
    # What is under way.
    "asking the enrolment authority": "正在联系登记机构",
    "asking the coordinator": "正在询问协调方",
    "asking the log": "正在询问日志",
    "asking for what suppliers have declared": "正在查询供应商的申报",
    "looking": "正在检查",
    "verifying": "正在核验",
    "reading {}": "正在读取 {}",
    "reading the log": "正在读取日志",
    "locking every secret anew": "正在重新加锁",
    "restoring": "正在恢复",
    "encrypting": "正在加密",
    "signing": "正在签名",
    "sending": "正在发送",
    "publishing": "正在发布",
    "copying": "正在复制",
    "migrating the store": "正在升级存储",
    "committing and proving": "正在生成承诺值和证明",
    "committing to the bill of materials and proving": "正在为物料清单生成承诺值和证明",
    "no declaration in {}": "有阶段没有申报：{}",
    "to be asked for": "待发起",
    "The exact envelope is in {}": "声明原文已写入 {}",
    "--opinion: say in words what you checked": "--opinion：请写明您核对了什么",
    "Nothing was declared for: {}.": "以下阶段没有申报：{}。",
}  # fmt: skip

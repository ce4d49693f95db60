/**
 * What the page says itself, in English and Chinese; the words that the report shares come from tables.json.
 *
 * The one fact: each language is written, not translated; `said` picks the one that is shown.
 */

/** @typedef {{en: string, zh: string}} Words */
/** @typedef {'en' | 'zh'} Language */

/** @satisfies {Record<string, Words>} */
export const WORDS = {
  title: { en: 'Verify a carbon footprint certificate', zh: '验证碳足迹证书' },
  lead: {
    en: 'This page checks every signature, proof and sum of a certificate by itself. It uses no network: the file does not leave your computer.',
    zh: '本页独立核对证书中的每个签名、证明与合计。全程不联网，文件不会离开您的电脑。',
  },
  back: { en: 'Back', zh: '返回' },
  drop: { en: 'Drop the certificate here, and with it a pins.json that you have from elsewhere', zh: '把证书文件拖到这里；从别处取得的 pins.json 可一并拖入' },
  choose: { en: 'Choose files', zh: '选择文件' },
  trust: { en: 'What you trust', zh: '您信任什么' },
  trustLead: {
    en: 'Two pins are the only trust: the key of the public log and the root certificate of the enrolment authority. Take them from the operator’s and the authority’s own sites, a regulator or your auditor, never from whoever gave you the certificate.',
    zh: '信任只来自两项锁定信息：公开日志的密钥和登记机构的根证书。请从运营方和登记机构各自的网站、监管部门或审计师处取得，不要采用提供证书者给的。',
  },
  typePins: { en: 'Type the pins instead of dropping pins.json', zh: '不用 pins.json，手工填写' },
  logKey: { en: 'Log key (name+hash+base64)', zh: '日志密钥（名称+哈希+base64）' },
  authorityRoot: { en: 'Root certificate of the authority (PEM)', zh: '登记机构根证书（PEM）' },
  usePins: { en: 'Use these pins', zh: '采用这些锁定信息' },
  pinsLog: { en: 'Log', zh: '日志' },
  pinsRoot: { en: 'Authority’s root, SHA-256', zh: '登记机构根证书 SHA-256' },
  pinsWitnesses: { en: 'Witnesses wanted', zh: '要求的见证方数量' },
  pinsFrom: { en: 'Given by', zh: '来源' },
  pinsDropped: { en: 'you, as a file', zh: '您提供的文件' },
  pinsTyped: { en: 'you, typed', zh: '您手工填写' },
  pinsGiven: { en: 'this page', zh: '本页面' },
  pinsWarning: {
    en: 'These pins came with the page. Whoever serves the page chose them, so they prove nothing against that operator. Compare both values with what you received by another way, or drop a pins.json of your own.',
    zh: '这些锁定信息随页面一起提供，由提供页面的一方选定，因此不能用来证明该运营方没有作假。请将两项数值与您从其他途径取得的核对，或拖入您自己的 pins.json。',
  },
  pinsBeside: {
    en: 'These pins count only if they reached you by another way than the certificate: whoever made it can have made them too. Compare both values with the operator’s and the authority’s own sites.',
    zh: '只有经证书以外的途径取得的锁定信息才算数：制作证书的人也可能一并制作了它们。请将两项数值与运营方和登记机构各自网站上公布的核对。',
  },
  pinsForeign: {
    en: 'These pins are not those of this page: they name another log, another authority or other witnesses. Whoever made the certificate can have made them too, and then every check holds and proves nothing. Trust them only if they reached you by another way than the certificate.',
    zh: '这些锁定信息不是本页面所附的：日志、登记机构或见证方与之不同。制作证书的人也可能一并制作了它们，那样所有检查都会成立，却什么也不能证明。只有经证书以外的途径取得的才可采信。',
  },
  pinsMissing: { en: 'The certificate is here. The pins are still missing.', zh: '证书已就绪，还缺锁定信息。' },
  certificateMissing: { en: 'The pins are here. Now the certificate.', zh: '锁定信息已就绪，请提供证书。' },
  nothingYet: { en: 'Nothing has been checked yet.', zh: '尚未检查任何内容。' },
  badPins: {
    en: 'These pins cannot be used ({detail}). Take pins.json from the operator again, or type both values below.',
    zh: '锁定信息无法使用。请重新向运营方索取 pins.json，或在下方手工填写两项。（技术细节，英文：{detail}）',
  },
  noVerdict: {
    en: 'There is no verdict: nothing is judged until there are pins that can be used.',
    zh: '没有结论：在有可用的锁定信息之前，本页不作任何判断。',
  },
  tooLarge: { en: 'A certificate has at most 64 MiB; this file is larger.', zh: '证书最大 64 MiB，该文件超出上限。' },
  oneAtATime: {
    en: 'One certificate is checked at a time: this is {first}. {file} was set aside; give it by itself.',
    zh: '一次只检查一份证书：这里检查的是 {first}。{file} 已放在一边，请单独提供。',
  },
  checking: { en: 'Checking {name}', zh: '正在检查 {name}' },
  progress: { en: 'Check {number} of {count}', zh: '第 {number} 项，共 {count} 项' },
  pending: { en: 'waiting', zh: '等待' },
  running: { en: 'running', zh: '检查中' },
  passed: { en: 'holds', zh: '成立' },
  failed: { en: 'FAILS', zh: '不成立' },
  not_reached: { en: 'not reached', zh: '未检查' },
  stop: { en: 'Stop', zh: '停止' },
  another: { en: 'Check another file', zh: '检查另一个文件' },
  print: { en: 'Print', zh: '打印' },
  crashed: {
    en: 'This page failed while checking. Nothing is shown as verified. Try another browser, or run `sealsum verify`.',
    zh: '本页在检查过程中出错，未将任何内容显示为已验证。请换用其他浏览器，或运行 `sealsum verify`。',
  },
  notVerified: { en: 'As the file says, NOT verified', zh: '文件所称，未经验证' },
  signedOnly: {
    en: 'As the pack maker signed it and the log holds it; the sum itself is checked on the full certificate',
    zh: '由电池企业签名并已入日志；合计是否正确须用完整证书检查',
  },
  verified: { en: 'The sum of what every supplier declared', zh: '等于各供应商申报值之和' },
  figures: { en: 'Figures exactly as signed', zh: '签名所载的精确数值' },
  figure: { en: 'Figure', zh: '项目' },
  value: { en: 'Value', zh: '数值' },
  savePins: { en: 'Save these pins as pins.json', zh: '把这两项存为 pins.json' },
  savePublic: { en: 'Save the public form', zh: '保存公开版' },
  publicLead: {
    en: 'The public form shows the totals without who took part, and names the full certificate by its SHA-256.',
    zh: '公开版只显示总量，不显示参与方，并以 SHA-256 指明完整证书。',
  },
  saveTable: { en: 'Save as CSV', zh: '保存为 CSV' },
  theme: { en: 'Theme', zh: '主题' },
  auto: { en: 'as the system', zh: '跟随系统' },
  light: { en: 'light', zh: '浅色' },
  dark: { en: 'dark', zh: '深色' },
  printed: { en: 'Printed from {address} at {time}', zh: '打印自 {address}，{time}' },
  checksTitle: { en: 'The numbered checks', zh: '逐项检查' },
  barTitle: { en: 'The four stages', zh: '四个阶段' },
};

/** @type {Language} */
let shown = 'en';

export function language() {
  return shown;
}

/** @param {Language} chosen */
export function chooseLanguage(chosen) {
  shown = chosen;
}

/**
 * The words in the language that is shown, with values in the places of their names.
 * @param {Words} words
 * @param {Record<string, string | number>} [values]
 */
export function said(words, values = {}) {
  return words[shown].replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

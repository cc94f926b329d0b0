// How to check the evidence without this page and without the network, in three languages: whoever opens it years from now
// may read another than whoever made it.

export interface Enclosed {
  /** The document's name; null where it could not stand in a command as it is. */
  readonly document: string | null;
  readonly receipts: readonly { readonly name: string; readonly algorithm: string }[];
  readonly hasAnswer: boolean;
  readonly hasPolicy: boolean;
  /** The key for check.sh, as a verifier key line; null where there is none of its kind. */
  readonly key: string | null;
}

interface Said {
  readonly intro: string;
  readonly files: Record<'report' | 'text' | 'receipts' | 'answer' | 'checkpoint' | 'keys' | 'policy' | 'script' | 'sums', string>;
  readonly same: string;
  readonly receipts: string;
  readonly witnesses: string;
  readonly byHand: string;
  readonly none: string;
  readonly limits: string;
}

const english: Said = {
  intro: 'Evidence of a check of a document\n\nThe document itself is not in here; put it into this folder under its own name before you check.',
  files: {
    report: 'the report, with the fingerprint of this evidence',
    text: 'the same as text, without the fingerprint',
    receipts: 'what proves an act of an institution on the document',
    answer: "the register's answer, as it came",
    checkpoint: "the signed state of the register's log",
    keys: "the log's keys, as the browser knew them",
    policy: 'which witnesses have to have seen the state of the log, as the browser knew it',
    script: 'checks a receipt with coreutils and openssl alone',
    sums: 'the SHA-256 of every file but report.pdf, which names the fingerprint, and itself',
  },
  same: 'Is it the same evidence? The second command must give the fingerprint that is in the report and in the case file:',
  receipts: "Does a receipt hold? With truecopy, without the network. Compare the keys in log.vkey with what the register's operator publishes elsewhere:",
  witnesses: 'This also checks that the witnesses of policy have seen the state of the log, by their signatures in it. Compare their keys too with what they publish themselves.',
  byHand: 'The same by hand, but for the witnesses; read the script first:',
  none: 'There is no receipt: nothing was registered under the fingerprint of the document.',
  limits: 'A receipt proves what was done up to the state of the log that it names. Whether the document still stands now, only the register can say. A receipt can be used to try guesses at the document: keep both equally confidential.',
};

const simplified: Said = {
  intro: '文件核验的存证\n\n其中不含文件本身；复核之前，请把文件以原名放入此文件夹。',
  files: {
    report: '核验报告，写有本存证的指纹',
    text: '同一报告的文本，不含指纹',
    receipts: '证明机构对文件所作操作的凭证',
    answer: '登记簿的答复原文',
    checkpoint: '登记簿日志的已签名状态',
    keys: '浏览器所知的日志公钥',
    policy: '见证规则：日志状态须经哪些见证方见证，以浏览器所知为准',
    script: '仅用 coreutils 和 openssl 复核凭证',
    sums: '各文件的 SHA-256；写有指纹的 report.pdf 和它自己除外',
  },
  same: '存证是否未变？第二条命令的结果必须与报告和档案中的指纹一致：',
  receipts: '凭证是否成立？用 truecopy 离线复核。请先把 log.vkey 中的公钥与登记簿运营者另行公布的公钥核对：',
  witnesses: '上述命令同时根据日志状态所附的签名，复核其是否已获 policy 所列的见证方见证。也请把见证方的公钥与其自行公布的核对。',
  byHand: '或自行复核（见证方除外）；请先阅读脚本：',
  none: '没有凭证：文件的指纹未经登记。',
  limits: '凭证证明的是截至其所载日志状态为止的操作。文件现在是否仍然有效，只有登记簿知道。凭证可被用来试猜文件内容，请与文件同样保密。',
};

const traditional: Said = {
  intro: '文件核實的存證\n\n當中不包括文件本身；覆核之前，請把文件以原名放入此資料夾。',
  files: {
    report: '核實報告，寫有本存證的指紋',
    text: '同一報告的文字版，不含指紋',
    receipts: '證明機構對文件所作操作的憑證',
    answer: '登記冊的答覆原文',
    checkpoint: '登記冊日誌的已簽署狀態',
    keys: '瀏覽器所知的日誌公開密碼匙',
    policy: '見證規則：日誌狀態須經哪些見證方見證，以瀏覽器所知為準',
    script: '只用 coreutils 及 openssl 覆核憑證',
    sums: '各檔案的 SHA-256；寫有指紋的 report.pdf 及它自己除外',
  },
  same: '存證是否未變？第二個指令的結果必須與報告及檔案中的指紋一致：',
  receipts: '憑證是否成立？以 truecopy 離線覆核。請先把 log.vkey 中的公開密碼匙與登記冊營運者另行公布的核對：',
  witnesses: '上述指令同時根據日誌狀態所附的簽署，覆核其是否已獲 policy 所列的見證方見證。亦請把見證方的公開密碼匙與其自行公布的核對。',
  byHand: '或自行覆核（見證方除外）；請先閱讀指令碼：',
  none: '沒有憑證：文件的指紋未經登記。',
  limits: '憑證證明的是截至其所載日誌狀態為止的操作。文件現在是否仍然有效，只有登記冊知道。憑證可被用來試猜文件內容，請與文件同樣保密。',
};

export function readme(enclosed: Enclosed): string {
  return [english, simplified, traditional].map((said) => section(said, enclosed)).join('\n----\n\n');
}

function section(said: Said, { document, receipts, hasAnswer, hasPolicy, key }: Enclosed): string {
  const { files } = said;
  const named = document === null ? 'DOCUMENT' : `"${document}"`;
  const byHand = key === null ? [] : receipts.filter(({ algorithm }) => algorithm === 'sha-256');
  const commands = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');
  const about = (name: string, text: string): string => `  ${name.padEnd(16)} ${text}\n`;
  return [
    `${said.intro}\n`,
    about('report.pdf', files.report) +
      about('report.txt', files.text) +
      (receipts.length > 0 ? about('receipts/', files.receipts) : '') +
      (hasAnswer ? about('answer.json', files.answer) : '') +
      about('checkpoint', files.checkpoint) +
      about('log.vkey', files.keys) +
      (hasPolicy ? about('policy', files.policy) : '') +
      about('check.sh', files.script) +
      about('SHA256SUMS', files.sums),
    `${said.same}\n\n${commands(['sha256sum -c SHA256SUMS', 'sha256sum SHA256SUMS'])}\n  Windows: Get-FileHash SHA256SUMS\n`,
    receipts.length === 0
      ? `${said.none}\n`
      : `${said.receipts}\n\n${commands(receipts.map(({ name }) => `truecopy receipt check ${named} --receipt ${name} --key log.vkey${hasPolicy ? ' --policy policy' : ''}`))}`,
    ...(hasPolicy && receipts.length > 0 ? [`${said.witnesses}\n`] : []),
    ...(byHand.length === 0 ? [] : [`${said.byHand}\n\n${commands(byHand.map(({ name }) => `sh check.sh ${named} ${name} '${key}'`))}`]),
    `${said.limits}\n`,
  ].join('\n');
}

/** A name that means the same in every shell between double quotes; null for others. */
export function plainName(name: string): string | null {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._()-]*$/u.test(name) ? name : null;
}

import type { Words } from './en';

export const unrecorded: Words['unrecorded'] = {
  title: '无法确认：签发过早',
  lead: () => '文件签发时，登记簿尚未记录文件是否有效。文件确曾签发，已获证明；现在是否仍然有效，则无法证明。',
  advice: '这并不表示有不当行为。请机构重新签发这份文件，此后便可确认。',
};

export const standing: Words['standing'] = {
  asOf: {
    witnessed: (time) => `以上效力状态截至${time}，即独立见证方最近一次见证登记簿之时。`,
    receipt: (time) => `以上效力状态截至${time}，仅以登记簿自己的陈述为准：没有列明独立见证方。`,
    kept: (time) => `以上效力状态截至${time}，即这台电脑向登记簿取得状态之时。没有列明独立见证方。`,
  },
  source: { receipt: '依据凭证得出，没有查询任何人。', kept: '依据保存在这台电脑上的状态得出，没有查询任何人。' },
  none: '这份凭证没有载明文件现在是否有效：凭证签发时登记簿尚未记录。',
  before: '文件签发时，登记簿尚未记录文件是否有效。只有签发机构重新签发，才能改变这一点。',
  refresh: {
    button: '更新凭证',
    hint: '为此会把凭证发送给登记簿，文件不会发送。',
    asking: '正在向登记簿索取新的凭证',
    done: '新的凭证已在这台电脑上核验。请保存，以取代旧的凭证。',
    save: '保存新的凭证',
    refused: '登记簿发来的不是成立的新凭证。旧的凭证保持不变。',
    failed: '登记簿没有更新凭证。',
  },
  maxAge: {
    label: '答复须在以下时间内经见证方见证，方可依赖：',
    hours: (hours) => `${hours} 小时`,
    minutes: (minutes) => `${minutes} 分钟`,
  },
  offline: {
    title: '离线与保密核验',
    intro: '把登记簿全部文件的状态保存在这台电脑上之后，文件与凭证便可在此核验而无需查询任何人，因此没有人知道您持有哪些文件。本页此后也可离线打开。',
    keep: '在这台电脑上保存状态',
    known: (time, entries, size) => `截至${time}：${entries} 个登记条目，${size}。`,
    seen: '当时已经独立见证方见证。',
    fetched: '当时由登记簿取得；没有列明独立见证方。',
    old: '已超过答复所允许的时间，请重新获取。',
    unusable: '按此浏览器已知的密钥和见证方，所保存的状态不成立，请重新获取。',
    update: '获取变更',
    fetching: '正在获取全部文件的状态',
    failed: '未能获取状态。',
    wrong: '收到的状态不成立，因此没有保存。',
    pageNotKept: '此浏览器不允许保存本页：打开本页仍需联网。',
  },
};

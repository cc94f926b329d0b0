import type { Words } from './en';

export const unrecorded: Words['unrecorded'] = {
  title: '無法確認：簽發過早',
  lead: () => '文件簽發時，登記冊尚未記錄文件是否有效。文件確曾簽發，已獲證明；現時是否仍然有效，則無法證明。',
  advice: '這並不表示有不當行為。請機構重新簽發這份文件，其後便可確認。',
};

export const standing: Words['standing'] = {
  asOf: {
    witnessed: (time) => `以上效力狀態截至${time}，即獨立見證方最近一次見證登記冊之時。`,
    receipt: (time) => `以上效力狀態截至${time}，只以登記冊自己的陳述為準：沒有列明獨立見證方。`,
    kept: (time) => `以上效力狀態截至${time}，即這部電腦向登記冊取得狀態之時。沒有列明獨立見證方。`,
  },
  source: { receipt: '由憑證得出，沒有查詢任何人。', kept: '由儲存在這部電腦的狀態得出，沒有查詢任何人。' },
  none: '這份憑證沒有載明文件現時是否有效：憑證簽發時登記冊尚未記錄。',
  before: '文件簽發時，登記冊尚未記錄文件是否有效。只有簽發機構重新簽發，才可改變這一點。',
  refresh: {
    button: '更新憑證',
    hint: '為此會把憑證傳送給登記冊，文件不會傳送。',
    asking: '正在向登記冊索取新的憑證',
    done: '新的憑證已在這部電腦核實。請儲存，以取代舊的憑證。',
    save: '儲存新的憑證',
    refused: '登記冊傳來的不是成立的新憑證。舊的憑證維持不變。',
    failed: '登記冊沒有更新憑證。',
  },
  maxAge: {
    label: '答覆須在以下時間內經見證方見證，方可依賴：',
    hours: (hours) => `${hours} 小時`,
    minutes: (minutes) => `${minutes} 分鐘`,
  },
  offline: {
    title: '離線與保密核實',
    intro: '把登記冊全部文件的狀態儲存在這部電腦之後，文件與憑證便可在此核實而毋須查詢任何人，因此沒有人知道您持有哪些文件。本頁其後亦可離線開啟。',
    keep: '在這部電腦儲存狀態',
    known: (time, entries, size) => `截至${time}：${entries} 個登記項目，${size}。`,
    seen: '當時已經獨立見證方見證。',
    fetched: '當時由登記冊取得；沒有列明獨立見證方。',
    old: '已超過答覆所容許的時間，請重新取得。',
    unusable: '按此瀏覽器已知的密碼匙及見證方，所儲存的狀態不成立，請重新取得。',
    update: '取得變更',
    fetching: '正在取得全部文件的狀態',
    failed: '未能取得狀態。',
    wrong: '收到的狀態不成立，因此沒有儲存。',
    pageNotKept: '此瀏覽器不容許儲存本頁：開啟本頁仍須連線。',
  },
};

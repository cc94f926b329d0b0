// Names of jurisdictions (ISO 3166-1 and -2) and of clocks, where the browser's own are not those that banks write.

/** One name for each language of the page. */
export interface Named {
  readonly en: string;
  readonly hans: string;
  readonly hant: string;
}

const named = (en: string, hans: string, hant = hans): Named => ({ en, hans, hant });

/** ISO 3166-2:CN, without the three that have codes of their own in ISO 3166-1. */
export const provinces: Readonly<Record<string, Named>> = {
  AH: named('Anhui', '安徽'),
  BJ: named('Beijing', '北京'),
  CQ: named('Chongqing', '重庆', '重慶'),
  FJ: named('Fujian', '福建'),
  GD: named('Guangdong', '广东', '廣東'),
  GS: named('Gansu', '甘肃', '甘肅'),
  GX: named('Guangxi', '广西', '廣西'),
  GZ: named('Guizhou', '贵州', '貴州'),
  HA: named('Henan', '河南'),
  HB: named('Hubei', '湖北'),
  HE: named('Hebei', '河北'),
  HI: named('Hainan', '海南'),
  HL: named('Heilongjiang', '黑龙江', '黑龍江'),
  HN: named('Hunan', '湖南'),
  JL: named('Jilin', '吉林'),
  JS: named('Jiangsu', '江苏', '江蘇'),
  JX: named('Jiangxi', '江西'),
  LN: named('Liaoning', '辽宁', '遼寧'),
  NM: named('Inner Mongolia', '内蒙古', '內蒙古'),
  NX: named('Ningxia', '宁夏', '寧夏'),
  QH: named('Qinghai', '青海'),
  SC: named('Sichuan', '四川'),
  SD: named('Shandong', '山东', '山東'),
  SH: named('Shanghai', '上海'),
  SN: named('Shaanxi', '陕西', '陝西'),
  SX: named('Shanxi', '山西'),
  TJ: named('Tianjin', '天津'),
  XJ: named('Xinjiang', '新疆'),
  XZ: named('Tibet', '西藏'),
  YN: named('Yunnan', '云南', '雲南'),
  ZJ: named('Zhejiang', '浙江'),
};

const beijing = named('Beijing time', '北京时间', '北京時間');
const hongKong = named('Hong Kong time', '香港时间', '香港時間');
const macao = named('Macao time', '澳门时间', '澳門時間');

/** By name in the time zone database, the names of old among them. Urumqi's clock is another, so it has none here. */
export const clocks: Readonly<Record<string, Named>> = {
  'Asia/Shanghai': beijing,
  'Asia/Chongqing': beijing,
  'Asia/Chungking': beijing,
  'Asia/Harbin': beijing,
  PRC: beijing,
  'Asia/Hong_Kong': hongKong,
  Hongkong: hongKong,
  'Asia/Macau': macao,
  'Asia/Macao': macao,
};

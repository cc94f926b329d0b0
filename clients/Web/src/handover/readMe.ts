// How a package is checked by hand: READ-ME.txt in it.

export const readMe = `TrueCopy package

consent.json   what the holder agreed to: receiver, purpose, until when, and the SHA-256 of every document
documents/     the documents, byte for byte
receipts/      what proves who issued each of them (C2SP tlog-proof)

To check by hand: sha256sum documents/*, and compare with consent.json. To check the receipts without this service's page:
truecopy verify documents/NAME (a receipt is taken from beside the document or from receipts/), or any reader of C2SP tlog-proof.
Use the documents only for the purpose in consent.json, and not after the date in it.

TrueCopy 文件包

consent.json   持有人同意的内容：接收机构、用途、截止日期，以及每份文件的 SHA-256
documents/     文件原样，一字不差
receipts/      证明每份文件由谁签发的凭证（C2SP tlog-proof）

人工核对：运行 sha256sum documents/*，与 consent.json 比对。离线核验凭证：truecopy verify documents/文件名，
或任何支持 C2SP tlog-proof 的软件。文件只可用于 consent.json 所载的用途，截止日期之后不得使用。

TrueCopy 文件包

consent.json   持有人同意的內容：接收機構、用途、截止日期，以及每份文件的 SHA-256
documents/     文件原樣，一字不差
receipts/      證明每份文件由誰簽發的憑證（C2SP tlog-proof）

人手核對：執行 sha256sum documents/*，與 consent.json 比對。離線核實憑證：truecopy verify documents/檔案名稱，
或任何支援 C2SP tlog-proof 的軟件。文件只可用於 consent.json 所載的用途，截止日期之後不得使用。
`;

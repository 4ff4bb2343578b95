//! What the FileZilla client calls its kinds of message in each of its languages. Used by its log file and its message log.
//!
//! The words are those of the translations of version 3.63, and older ones that logs on the net still have.

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// What the client is doing.
    Status,
    /// A command that it sent.
    Command,
    /// A line of a reply.
    Response,
    /// What went wrong on its side.
    Error,
    /// Its inner workings, or a line of a listing.
    Other,
}

use Label::{Command, Error, Other, Response, Status};

/// No-break space: French and Corsican put it before the colon.
const NO_BREAK_SPACE: &[u8] = "\u{a0}".as_bytes();
/// The colon of Chinese and Japanese keyboards.
const WIDE_COLON: &[u8] = "：".as_bytes();
/// The longest label of the table is shorter.
const LABEL_BYTES_MAX: usize = 64;

/// The label at the start of `text` and what follows it; `None` where no known label stands there.
pub(super) fn label(text: &[u8]) -> Option<(Label, &[u8])> {
    // Most logs are English.
    let english = [(&b"Response:"[..], Response), (b"Command:", Command), (b"Status:", Status)];
    if let Some(found) = english.into_iter().find_map(|(name, label)| Some((label, text.strip_prefix(name)?)))
    {
        return Some(found);
    }
    let head = &text[..text.len().min(LABEL_BYTES_MAX)];
    if let Some(end) = memchr::memchr(b':', head)
        && let Some(label) = known(without_end(&text[..end]))
    {
        return Some((label, &text[end + 1..]));
    }
    if let Some(end) = memchr::memmem::find(head, WIDE_COLON)
        && let Some(label) = known(without_end(&text[..end]))
    {
        return Some((label, &text[end + WIDE_COLON.len()..]));
    }
    // Polish writes its word for a response without a colon, Armenian writes a full stop.
    let end = head.iter().position(|b| b" \t".contains(b))?;
    let word = &text[..end];
    if word.is_ascii() {
        return None;
    }
    Some((known(word)?, &text[end..]))
}

/// A label without the space before its colon.
fn without_end(label: &[u8]) -> &[u8] {
    let label = label.trim_ascii_end();
    label.strip_suffix(NO_BREAK_SPACE).unwrap_or(label).trim_ascii_end()
}

fn known(word: &[u8]) -> Option<Label> {
    let at = LABELS.binary_search_by(|(name, _)| name.as_bytes().cmp(word)).ok()?;
    Some(LABELS[at].1)
}

/// Every label without its colon, in the order of the bytes.
#[rustfmt::skip]
static LABELS: &[(&str, Label)] = &[
    ("A listar", Other), ("Addad", Status), ("Agbur", Other), ("Anezḍay", Command), ("Antwoord", Response),
    ("Antwort", Response), ("Atbilde", Response), ("Atsakymas", Response), ("Auflistung", Other),
    ("Befehl", Command), ("Bersîv", Response), ("Błąd", Error), ("Būsena", Status), ("Cavab", Response),
    ("Chyba", Error), ("Comanda", Command), ("Comando", Command), ("Comandă", Command), ("Command", Command),
    ("Commande", Command), ("Contenu", Other), ("Cumanda", Command), ("Cuntenutu", Other), ("Daftar", Other),
    ("Danh sách", Other), ("Dojście", Other), ("Durum", Status), ("Dấu vết", Other), ("Egoera", Status),
    ("Elenco", Other), ("Erantzuna", Response), ("Eroare", Error), ("Erreur", Error), ("Erro", Error),
    ("Error", Error), ("Errore", Error), ("Errorea", Error), ("Estado", Status), ("Estat", Status),
    ("Estatut", Status), ("Estau", Status), ("Fehler", Error), ("Feil", Error), ("Fejl", Error), ("Fel", Error),
    ("Ferman", Command), ("Fout", Error), ("Gorchymyn", Command), ("Gwall", Error), ("Hata", Error),
    ("Hiba", Error), ("Izsekot", Other), ("Jarraitu aztarnari", Other), ("Jejak", Other), ("Jäljitä", Other),
    ("Kesalahan", Error), ("Klaida", Error), ("Komanda", Command), ("Komandoa", Command), ("Komento", Command),
    ("Kommando", Command), ("Komut", Command), ("Käsk", Command), ("Kļūda", Error), ("Lijst", Other),
    ("Lista", Other), ("Listado", Other), ("Listando", Other), ("Listar", Other), ("Listau", Other),
    ("Listaus", Other), ("Liste", Other), ("Listing", Other), ("Listning", Other), ("Listun", Other),
    ("Listázás", Other), ("Listă", Other), ("Llistant", Other), ("Loetelu", Other), ("Lệnh", Command),
    ("Lỗi", Error), ("Napaka", Error), ("Naredba", Command), ("Odgovor", Response), ("Odpoveď", Response),
    ("Odpověď", Response), ("Odpowiedź", Response), ("Olrhain", Other), ("Opdracht", Command),
    ("Opsporen", Other), ("Orde", Command), ("Ordre", Command), ("Parancs", Command), ("Perintah", Command),
    ("Pogreška", Error), ("Polecenie", Command), ("Popis", Other), ("Príkaz", Command), ("Pėdsakas", Other),
    ("Příkaz", Command), ("Rakning", Other), ("Respon", Response), ("Respons", Response), ("Responsa", Response),
    ("Response", Response), ("Resposta", Response), ("Respuesta", Response), ("Rewş", Status), ("Rhestr", Other),
    ("Risposta", Response), ("Riyê Bişopîne", Other), ("Réponse", Response), ("Részlet", Other),
    ("Rêzkirin", Other), ("Răspuns", Response), ("Saraksts", Other), ("Sbagliu", Error), ("Seguimento", Other),
    ("Seznam", Other), ("Skipun", Command), ("Sledi", Other), ("Spor", Other), ("Sporing", Other),
    ("Spårning", Other), ("Staatus", Status), ("Stanje", Status), ("Stare", Status), ("Stato", Status),
    ("Statu", Status), ("Status", Status), ("Statut", Status), ("Statws", Status), ("Stav", Status),
    ("Staða", Status), ("Suivi", Other), ("Svar", Response), ("Sąrašas", Other), ("Sıralama", Other),
    ("Tila", Status), ("Tiririt", Response), ("Traccia", Other), ("Trace", Other), ("Trag", Other),
    ("Trasovanie", Other), ("Trasování", Other), ("Traza", Other), ("Traça", Other), ("Traçament", Other),
    ("Traçar", Other), ("Trả về", Response), ("Tuccḍa", Error), ("Täitmine", Other), ("Tình trạng", Status),
    ("Ukaz", Command), ("Urmărire", Other), ("Vastaus", Response), ("Vastus", Response), ("Viga", Error),
    ("Villa", Error), ("Virhe", Error), ("Válasz", Response), ("Výpis", Other), ("Xəta", Error),
    ("Yanıt", Response), ("Ymateb", Response), ("Yol izlensin", Other), ("Zerrenda", Other), ("Állapot", Status),
    ("Çewtî", Error), ("İz", Other), ("Απάντηση", Response), ("Εντολή", Command), ("Εντοπισμός", Other),
    ("Κατάσταση", Status), ("Λίστα", Other), ("Σφάλμα", Error), ("Абал", Status), ("Відповідь", Response),
    ("Відстежити", Other), ("Грешка", Error), ("Жооп", Response), ("Ката", Error), ("Команда", Command),
    ("Листање", Other), ("Наредба", Command), ("Одговор", Response), ("Ответ", Response), ("Отговор", Response),
    ("Ошибка", Error), ("Помилка", Error), ("Попис", Other), ("Следи", Other), ("Список", Other),
    ("Списък", Other), ("Статус", Status), ("Стање", Status), ("Състояние", Status), ("Траг", Other),
    ("Трасиране", Other), ("Трассировка", Other), ("Գործողությունը.", Status), ("Հրամանը.", Command),
    ("Ուղեգծում.", Other), ("Պատասխանը.", Response), ("Սխալ.", Error), ("Ցանկը.", Other), ("הצגה", Other),
    ("מעקב", Other), ("מצב", Status), ("פקודה", Command), ("שגיאה", Error), ("תגובה", Response), ("الأثر", Other),
    ("الأمر", Command), ("الإستجابة", Response), ("الحالة", Status), ("الخطأ", Error), ("القائمة", Other),
    ("خطا", Error), ("در حال شنيدن", Other), ("ردیابی", Other), ("فرمان", Command), ("وضعيت", Status),
    ("پاسخ", Response), ("आदेश", Command), ("त्रुटि", Error), ("पदचिन्ह", Other), ("प्रतिक्रिया", Response),
    ("वस्तुस्थिति", Status), ("सूची", Other), ("கட்டளை", Command), ("டிரேஸ்", Other), ("நிலை", Status),
    ("பட்டியல்", Other), ("பதில்", Response), ("பிழை", Error), ("การตอบสนอง", Response), ("ข้อผิดพลาด", Error),
    ("คำสั่ง", Command), ("ติดตาม", Other), ("รายการ", Other), ("สถานะ", Status), ("ການຕອບສະໜອງ", Response),
    ("ຄຳສັ່ງ", Command), ("ຕິດຕາມ", Other), ("ຜິດພາດ", Error), ("ລາຍການ", Other), ("ສະຖານະ", Status),
    ("ბრძანება", Command), ("კვალი", Other), ("პასუხი", Response), ("სტატუსი", Status), ("შეცდომა", Error),
    ("エラー", Error), ("コマンド", Command), ("トレース", Other), ("リスト", Other), ("レスポンス", Response), ("列表", Other),
    ("命令", Command), ("响应", Response), ("回應", Response), ("応答", Response), ("指令", Command), ("歷程", Other),
    ("状态", Status), ("状態", Status), ("狀態", Status), ("追踪", Other), ("錯誤", Error), ("错误", Error), ("명령", Command),
    ("목록", Other), ("상태", Status), ("오류", Error), ("응답", Response), ("추적", Other),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_its_words_fit() {
        assert!(LABELS.is_sorted_by(|a, b| a.0.as_bytes() < b.0.as_bytes()));
        assert!(LABELS.iter().all(|(name, _)| name.len() + WIDE_COLON.len() < LABEL_BYTES_MAX));
    }

    #[test]
    fn labels_are_known_with_every_kind_of_colon_and_without_one() {
        let cases = [
            ("Response: 220 x", Label::Response, " 220 x"),
            ("Antwort:\t220 x", Label::Response, "\t220 x"),
            ("Réponse : 220 x", Label::Response, " 220 x"),
            ("Réponse\u{a0}:\t220 x", Label::Response, "\t220 x"),
            ("Odpowiedź 220 x", Label::Response, " 220 x"),
            ("Պատասխանը. 220 x", Label::Response, " 220 x"),
            ("응답: 220 x", Label::Response, " 220 x"),
            ("応答: 220 x", Label::Response, " 220 x"),
            ("命令：PWD", Label::Command, "PWD"),
            ("Trả về: 220 x", Label::Response, " 220 x"),
        ];
        for (text, want, rest) in cases {
            assert_eq!(label(text.as_bytes()), Some((want, rest.as_bytes())), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_labels() {
        for text in ["Subject: x", "Status x", "", "Response", "220 x"] {
            assert_eq!(label(text.as_bytes()), None, "{text}");
        }
    }
}

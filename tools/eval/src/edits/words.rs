//! What is written on and around pictures: the tone of the thing, and nobody's words.

use crate::random::Random;

const CHAT: [&str; 20] = [
    "Look what I found",
    "You have 24 hours",
    "Send the money or everyone will see this",
    "I have all your contacts",
    "Do you want your family to see it?",
    "who is this??",
    "please don't",
    "Answer me",
    "I am not joking. Check your followers list, I will send it to each of them.",
    "500 by tonight",
    "why are you doing this",
    "don't block me",
    "عندك يوم واحد فقط",
    "أرسل المبلغ وإلا سأنشر الصور",
    "من أنت؟",
    "لا تحظرني، عندي كل أرقام أهلك",
    "رد علي الآن",
    "هل تريد أن يرى الجميع هذه الصورة؟",
    "أرجوك لا تفعل هذا",
    "آخر فرصة لك",
];

const CAPTIONS_ENGLISH: [&str; 6] = [
    "LAST WARNING: PAY BY FRIDAY OR I POST EVERYTHING",
    "Everyone you know will get this picture tomorrow",
    "Is this you? I have fifty more of them",
    "She thought nobody would ever find out",
    "Share this before it gets deleted",
    "Reply within two hours or it goes to your school",
];

const CAPTIONS_ARABIC: [&str; 5] = [
    "آخر تحذير: ادفع قبل يوم الجمعة",
    "سيصل هذا إلى كل من تعرفهم غداً",
    "هل هذا أنت؟ عندي المزيد من الصور",
    "انشروها قبل أن تُحذف",
    "أمامك ساعتان للرد",
];

const NAMES: [&str; 8] =
    ["Unknown", "Maya K.", "+00 555 0142", "Sami", "نور", "Alex", "خالد", "private account"];

/// A line of a chat.
pub fn chat(random: &mut Random) -> &'static str {
    random.pick::<&str>(&CHAT)
}

/// A caption.
pub fn caption(random: &mut Random, arabic: bool) -> &'static str {
    if arabic {
        random.pick::<&str>(&CAPTIONS_ARABIC)
    } else {
        random.pick::<&str>(&CAPTIONS_ENGLISH)
    }
}

/// A name at the head of a chat.
pub fn name(random: &mut Random) -> &'static str {
    random.pick::<&str>(&NAMES)
}

/// A time of the day.
pub fn time(random: &mut Random) -> String {
    format!("{}:{:02}", 1 + random.below(23), random.below(60))
}

### ما تقوله الأجزاء الداخلية بالإنجليزية في الشيفرة نفسها، بالعربية.
###
### What the crates below say in English in the code itself.

## The store and what is in it

no-store = لا يوجد مخزن هنا: أنشئ واحدًا بالأمر 'athar init'
store-exists = يوجد مخزن هنا من قبل
make-store = تعذّر إنشاء مجلد المخزن: { $reason }
clock-leapt = { PLURAL($n) ->
    [zero] الساعة في يوم آخر حدث في المخزن نفسه، وسيُمحى بها بعض البلاغات: إن كانت صحيحة فأضف --clock-is-right
    [one] الساعة متقدمة يومًا واحدًا على آخر حدث في المخزن، وسيُمحى بها بعض البلاغات: إن كانت صحيحة فأضف --clock-is-right
    [two] الساعة متقدمة يومين على آخر حدث في المخزن، وسيُمحى بها بعض البلاغات: إن كانت صحيحة فأضف --clock-is-right
    [few] الساعة متقدمة { $n } أيام على آخر حدث في المخزن، وسيُمحى بها بعض البلاغات: إن كانت صحيحة فأضف --clock-is-right
    [many] الساعة متقدمة { $n } يومًا على آخر حدث في المخزن، وسيُمحى بها بعض البلاغات: إن كانت صحيحة فأضف --clock-is-right
   *[other] الساعة متقدمة { $n } يوم على آخر حدث في المخزن، وسيُمحى بها بعض البلاغات: إن كانت صحيحة فأضف --clock-is-right
 }
no-such-case = لا توجد قضية بهذا الاسم: يعرض الأمر 'athar case list' القضايا الموجودة
not-an-item = يُسمّى العنصر بأول أرقام بصمته SHA-256 الست عشرية، ستة أو أكثر
no-such-item = لا يوجد عنصر تبدأ بصمته SHA-256 هكذا
many-items = تبدأ بصمة SHA-256 لأكثر من عنصر هكذا: اكتب أرقامًا أكثر
not-a-link = يُسمّى الرابط بعنصرين، أو بعنصر واحد والقضيتين اللتين تضمّانه
no-such-link = لا شيء يربط بين هذين، فلا شيء يُقرَّر
no-landmarks = ليس للعنصر نقاط مميزة: تفاصيله قليلة جدًّا أو هو صغير جدًّا
other-scheme = رموز المخزن من نوع { $space } بنظام { $found }، ورموز هذا البرنامج بنظام { $ours }: لا تمكن المقارنة بينها، فاستعمل البرنامج الذي كتبها، أو أبلغ عن المواد في مخزن جديد
interrupted = انقطع العمل قبل نهايته: لم يتغير شيء
case-exists = توجد قضية بهذا الاسم من قبل
case-name-length = اسم القضية من بايت واحد إلى 128 بايتًا، وطول هذا: { $n }
case-name-control = في اسم القضية محرف تحكم عند البايت { $place }
no-such-report = لا يوجد بلاغ بهذا الرقم
report-closed = هذا البلاغ مغلق
no-such-handle = ليس للقضية مصدر تهديد كهذا
no-such-check = لا فحص محفوظًا بهذا الرقم
no-such-alert = لا يوجد تنبيه بهذا الرقم
alert-stands = التنبيه في هذه الحالة من قبل
already-benign = العنصر معروف من قبل أنه غير ضار
not-benign = العنصر ليس في قائمة المواد غير الضارة
text-length = طول النص { $n } من البايتات، والمسموح به { $most }
text-control = في النص محرف تحكم عند البايت { $place }
text-empty = نص مطلوب وهو فارغ
aborted = تعذّرت خطوة سابقة من هذا التغيير، فلم يُحفظ منه شيء

## The ledger's file

ledger-not-found = لا يوجد سجل هنا
ledger-exists = يوجد سجل هنا من قبل
not-a-ledger = هذا الملف ليس سجلًّا لأثر
ledger-newer = هذا السجل بالإصدار { $found }، وهذا البرنامج يعرف الإصدارات حتى { $supported }: استعمل إصدارًا أحدث من أثر
ledger-corrupt = السجل تالف: استعده من نسخة احتياطية
ledger-locked = برنامج آخر يُبقي السجل مقفلًا: أعد المحاولة لاحقًا
ledger-read-only = السجل أو مجلده للقراءة فقط
ledger-denied = يمنع النظام الوصول إلى السجل
ledger-full = لم تبق مساحة للسجل
ledger-io = تعذّر على النظام العمل في ملف السجل: { $reason }
ledger-sqlite = تعذّر على SQLite العمل في السجل، والرمز { $code }
ledger-defect = رفض السجل ما طُلب: { $reason }
entropy = لم يعط النظام أرقامًا عشوائية
unsound = النسخة غير سليمة: { $fault }

## The index

index-in-use = لا يمكن إنشاء الفهرس من جديد: تستعمله عملية أخرى، أو لا تجوز الكتابة فيه
index-not-made = لا يمكن إنشاء الفهرس من جديد: { $reason }
index-missing = لم يكن هناك فهرس: يُنشأ من جديد من السجل
index-damaged = الفهرس غير صالح ({ $reason }): يُنشأ من جديد من السجل
index-foreign = الفهرس لسجل آخر أو لحالة لاحقة من هذا السجل، كما يكون بعد استعادة نسخة: يُنشأ من جديد من السجل
index-unreadable = تعذّرت قراءة الفهرس ({ $reason }): يُقرأ السجل بدلًا منه
index-unwritten = تعذّرت كتابة الفهرس ({ $reason }): لم يضِع شيء، ولكن البدء سيستغرق وقتًا أطول

## Keys and packets

key-exists = للمخزن مفتاح من قبل
no-key = ليس للمخزن مفتاح: أنشئ واحدًا بالأمر 'athar key make'
not-a-key = هذا ليس مفتاحًا
not-a-statement = هذا ليس بيانًا موقَّعًا من أثر
key-file = تعذّرت قراءة المفتاح أو كتابته: { $reason }
packet-would-be-too-large = ستكون حزمة الأدلة أكبر من غيغابايت واحد
no-font = لم يُعثر على خط للنص { $script ->
    [Arabic] العربي
   *[other] اللاتيني
 }: ثبّت خطًّا (في Debian وUbuntu الحزمة { $packages })، أو حدّد بالخيار --fonts مجلدًا فيه خط
no-pdf = تعذّرت كتابة ملف PDF بهذه الخطوط
not-a-packet = هذه ليست حزمة أدلة من أثر
packet-damaged = الأرشيف تالف أو مقطوع: لا تمكن متابعة قراءته عند البايت { $offset }
packet-entry-twice = للملف رقم { $entry } في الأرشيف اسم ملف سبقه
packet-too-many-entries = في الأرشيف ملفات أكثر مما في أي حزمة
packet-too-large = الملف أكبر من أي حزمة
packet-no-manifest = لا يبدأ الأرشيف ببيان المحتويات وتوقيعه
packet-manifest-malformed = تعذّرت قراءة بيان المحتويات
packet-newer = الحزمة بالإصدار { $found }، وهذا البرنامج يعرف الإصدارات حتى { $supported }: استعمل إصدارًا أحدث
packet-unknown-version = الحزمة بالإصدار { $found }، ولم يوجد هذا الإصدار قط
packet-signature-malformed = تعذّرت قراءة التوقيع
packet-other-key = الحزمة موقَّعة بمفتاح آخر
packet-signature-wrong = التوقيع غير صحيح: غُيّر بيان المحتويات أو التوقيع
packet-entry-missing = { $entry } مفقود
packet-entry-unnamed = أُضيف الملف رقم { $entry } إلى الأرشيف: لا يذكره بيان المحتويات
packet-entry-moved = { $entry } ليس في مكانه في الأرشيف
packet-entry-changed = غُيّر { $entry }
packet-archive-changed = غُيّر الأرشيف خارج ملفاته، عند البايت { $offset }
packet-entry-malformed = { $entry } موقَّع ولا تمكن قراءته
packet-events-unordered = الحدث { $event } في غير ترتيبه
packet-event-unlinked = الحدث { $event } لا يتابع الحدث الذي قبله
packet-not-in-chain = ليست الأحداث في السلسلة التي وُقّع جذرها
packet-other-head = نهاية السلسلة ليست الحدث الموقَّع
packet-checkpoint-wrong = توقيع نقطة التثبيت غير صحيح
packet-record-changed = سجل الحدث { $event } ليس السجل الذي دُوّن
packet-told-otherwise = ما يُذكر عن الحدث { $event } ليس ما دُوّن

## Lists of others

no-such-list-format = لا توجد صيغة كهذه للقوائم، والصيغ: plain وtx وthreatexchange وvics وstopncii وncmec وdelta
no-such-marking = لا يوجد وسم كهذا، والأوسام: CLEAR وGREEN وAMBER وAMBER+STRICT وRED
no-owner = تذكر هذه الصيغة صاحب كل مدخل: حدّده بالخيار --owner NAME
no-privacy-group = حدّد مجموعات الخصوصية التي يجوز لها الاطلاع، بالخيار --group ID؛ وإلا اطّلع كل الأعضاء
no-sender-key = ملف delta موقَّع: حدّد مفتاح مُرسله بالخيار --key HEX (يعرضه للمُرسل الأمر 'athar key show')
delta-among-others = يُستورد ملف delta وحده: يُحفظ رقمه في تسلسل مُرسله
delta-replayed = لا جديد في ملف delta هذا: أُخذت تغييرات مُرسله حتى الرقم { $taken } من قبل، وهو ينتهي عند { $last }
delta-gap = تغييرات مُرسله من { $first } إلى { $last } مفقودة قبل هذا الملف، وقد يكون بينها سحب: اطلبها، أو اطلب ملفًّا بكل شيء
export-exists = الملف موجود من قبل: يُكتب فوقه مع --force
export-draft = مسودته موجودة، باسمه نفسه وبعده .part: إما أن تصديرًا جارٍ، أو انقطع تصدير وتمكن إزالة مسودته
export = لم يُمرَّر شيء: { $reason }
no-such-list = لا توجد قائمة بهذا الاسم: يعرض الأمر 'athar lists' القوائم الموجودة
nothing-staged = لا شيء في هذه القائمة ينتظر التفعيل
list-needs-actor = يلزم شخصان للقائمة، فحدّد من أنت: --by NAME
list-needs-second-person = يلزم شخصان للقائمة: من استوردها، أو إذا لم يُعرف من استوردها، لا يجوز أن يفعّلها
list-encoding = الملف بترميز UTF-16 أو UTF-32، وليس بترميز UTF-8
list-not-utf8 = { $place }: الملف ليس بترميز UTF-8
list-compressed = الملف مضغوط: فك ضغطه أولًا
list-not-this-format = الملف ليس بهذه الصيغة
list-unknown-version = الملف بإصدار غير معروف من صيغته
list-malformed = { $place }: الملف غير سليم البنية
list-too-long = { $place }: شيء ما أطول من الحد، وهو بالبايت { $n }
list-too-deep = { $place }: العناصر متداخلة أكثر مما يجوز
list-entity = { $place }: يعرّف الملف كيانات خاصة به، وهي لا تُوسَّع
list-changed = تغيّر الملف أثناء قراءته
list-missing = ليس في الملف: { $field }
place-line = السطر { $line }
place-byte = البايت { $byte }
format-cannot-say = لا تتسع الصيغة لما في هذا المدخل: { $field }
not-a-delta = الملف ليس من نوع delta
delta-version = ملف delta بالإصدار { $found } غير المعروف
delta-cut = ملف delta مقطوع: توقيعه مفقود
delta-unknown-sender = ملف delta موقَّع بمفتاح ليس من المفاتيح المعروفة
delta-damaged = غُيّر ملف delta بعد توقيعه، والجزء المتغيّر: { $part }
cannot-be-read = تعذّرت قراءة الملف: { $reason }

## What is typed

handle-kind = نوع مصدر التهديد هو account أو telephone أو wallet أو payment أو email أو other، أو منصة مثل instagram أو telegram
handle-empty = مصدر التهديد فارغ
handle-too-long = مصدر التهديد أطول من المسموح به، وطوله بالبايت { $n }
handle-country = رمز النداء للبلد من رقم إلى ثلاثة أرقام، مثل 964
code-length = الرمز 64 رقمًا ست عشريًّا، وطول هذا النص: { $n }
code-not-hex = المحرف { $place } ليس رقمًا ست عشريًّا
vpdq-no-list = ليس قائمة JSON من النصوص hex,quality,timestamp
vpdq-count = فيه لقطات عددها { $n }، وهو خارج ما يُقرأ
vpdq-entry = المدخل { $entry } ليس hex,quality,timestamp: أي 64 رقمًا ست عشريًّا، ثم من 0 إلى 100، ثم الثواني

## The decoder and the system

worker-start = تعذّر تشغيل برنامج فك الترميز: { $reason }
worker-ended = انتهى برنامج فك الترميز فورًا: { $reason }
worker-foreign = برنامج فك الترميز بإصدار آخر
system-not-found = لا يوجد ملف كهذا (هل نُقل أو حُذف؟)
system-denied = الإذن مرفوض
system-exists = يوجد ملف بهذا الاسم من قبل
system-read-only = نظام الملفات للقراءة فقط
system-full = القرص ممتلئ
system-directory = هذا مجلد
system-no-directory = هذا ليس مجلدًا
system-not-utf8 = المحتوى غير صالح أو ليس بترميز UTF-8

## Time stamps

stamp-no-reply = هذا ليس رد جهة لختم الوقت (RFC 3161)
stamp-refused = لا تعطي الجهة ختم وقت: { $reason }
stamp-other-digest = ما خُتم ليس بصمة SHA-256 كبصمة الحدث
stamp-no-such-event = ما خُتم ليس حدثًا في هذا المخزن
stamp-not-stamped = ليس للحدث ختم وقت: يعرض الأمر 'athar timestamp list' الأختام الموجودة
stamp-known = في المخزن ختم الوقت هذا من قبل
stamp-signers = لم يوقّعه واحد فقط
stamp-no-certificate = ليست فيه شهادة من وقّعه
stamp-attributes = ما وُقّع ليس ما يذكره
stamp-algorithm = أُنشئ ببصمة غير معروفة هنا
stamp-signature = توقيعه غير صحيح
stamp-not-for-time-stamps = شهادة من وقّعه ليست لختم الوقت وحده
stamp-not-trusted = شهادة من وقّعه لا تؤدي إلى أي من الشهادات المعطاة
stamp-not-a-certificate = هذه ليست شهادة
not-held = العنصر ليس موقوفًا

# مفتاح المخزن المشفَّر
store-key-missing = المخزن مشفَّر: أعطِ مفتاحه بالخيار --store-key FILE أو ATHAR_STORE_KEY، أو عبارة مروره بالمتغير ATHAR_STORE_PASSPHRASE أو على الطرفية
wrong-store-key = ليس هذا مفتاح المخزن، أو ليست هذه عبارة مروره
store-key-not-needed = أُعطي مفتاح والمخزن غير مشفَّر: لا تُعطِ مفتاحًا (الأمر 'athar key rotate' يشفّره)
key-changing = تغيّر عملية أخرى مفتاح المخزن: حاول بعد أن تنتهي
store-in-use = تستعمل عملية أخرى المخزن: يمكن تغيير مفتاحه حين لا يستعمله أحد
no-claim = لا يستطيع نظام الملفات هذا منع الآخرين أثناء تغيير المفتاح: انقل المخزن من أجل ذلك إلى نظام محلي
store-key-file = تعذّرت قراءة ملف المفتاح أو كتابته: { $reason }
not-a-store-key = { PLURAL($n) ->
    [zero] ليس هذا ملف مفتاح: هو فارغ، وينبغي أن يكون فيه 64 رقمًا ست عشريًا
    [one] ليس هذا ملف مفتاح: فيه بايت واحد، وينبغي أن يكون فيه 64 رقمًا ست عشريًا
    [two] ليس هذا ملف مفتاح: فيه بايتان، وينبغي أن يكون فيه 64 رقمًا ست عشريًا
    [few] ليس هذا ملف مفتاح: فيه { $n } بايتات، وينبغي أن يكون فيه 64 رقمًا ست عشريًا
    [many] ليس هذا ملف مفتاح: فيه { $n } بايتًا، وينبغي أن يكون فيه 64 رقمًا ست عشريًا
   *[other] ليس هذا ملف مفتاح: فيه { $n } بايت، وينبغي أن يكون فيه 64 رقمًا ست عشريًا
}
no-passphrase = في عبارة المرور حرف واحد على الأقل
passphrase-memory = تحتاج عبارة المرور إلى 64 MiB من الذاكرة، والمتاح أقل
same-store-key = هذا مفتاح المخزن أصلًا
not-encrypted-yet = المخزن غير مشفَّر
rewrite = تعذّرت كتابة ملفات المخزن من جديد: { $reason }

## What verify finds

fault-structure = ملف قاعدة البيانات تالف
fault-reference = السطر { $row } من الجدول { $table } يشير إلى سطر غير موجود
fault-event-missing = الحدث { $event } مفقود
fault-event-changed = عُدّل الحدث { $event }
fault-event-unlinked = الحدث { $event } لا يتصل بالحدث الذي قبله
fault-event-unknown = الحدث { $event } من نوع غير معروف
fault-tail-missing = تنتهي السلسلة عند الحدث { $last }، وقد كُتب حتى الحدث { $written }
fault-record-missing = السطر { $row } من الجدول { $table } غير موجود ولم يُسحب
fault-record-changed = عُدّل السطر { $row } من الجدول { $table }
fault-record-unrecorded = ليس للسطر { $row } من الجدول { $table } حدث
fault-codes-malformed = لا يضم السطر { $row } من الجدول codes رموزًا كاملة
fault-list-row = لا يضم السطر { $row } من الجدول list_rows مدخلات توجد بمفاتيحها
fault-list-keys = في الجدول list_keys مفاتيح ليست لأي مدخل
fault-underived = الجدول { $table } ليس ما ينتج من السجلات
fault-withdrawal = عُدّل ما أخذه السحب في الحدث { $event }
fault-other = السجل غير سليم: { $reason }
fault-checkpoint-none = ليس في الحدث { $event } نقطة تثبيت
fault-checkpoint-chain = نقطة التثبيت في الحدث { $event } لسلسلة أخرى
fault-checkpoint-key = نقطة التثبيت في الحدث { $event } موقّعة بمفتاح غير معروف (تُعطى المفاتيح الأخرى بالخيار --key)
fault-checkpoint-signature = توقيع نقطة التثبيت في الحدث { $event } غير صحيح
fault-stamp-chain = ختم الوقت للحدث { $event } لسلسلة أخرى
fault-stamp = ختم الوقت للحدث { $event } غير صحيح: { $reason }
fault-no-events = ليس في السجل أحداث
fault-kept-other = نقطة التثبيت المحفوظة لسجل آخر، أو عُدّلت
fault-kept-changed = الحدث { $event } ليس الحدث الذي وُقّع
fault-kept-cut = الحدث { $event } وُقّع وهو غير موجود: قُطعت نهاية السجل، أو وُضعت مكانه نسخة أقدم
fault-index = الفهرس { $index }: { $reason }
fault-code-not-found = الرمز { $code } في السجل لا يوجد في الفهرس { $index } كما ينبغي
fault-codes-differ = في الفهرس { $index } { $indexed } من الرموز، وفي السجل { $stored }

## What could not be erased

left-ledger-large = السجل كبير جدًّا فلا تُكتب صفحاته من جديد: كُتب فوق ما سُحب، ولكن ربما أبقى SQLite نسخًا من أسطر نقلها
left-ledger-read = تقرأ عملية أخرى السجل كما كان: لا يزال في ملفه الجانبي ما سُحب، حتى يُسحب شيء مرة أخرى
left-ledger-unwritten = لم يُكتب السجل من جديد: { $reason }
left-index-in-use = تستعمل عملية أخرى الفهرس { $index }: لا يزال في ملفاته ما سُحب، حتى يُسحب شيء مرة أخرى
left-index-unwritten = لم يُكتب الفهرس { $index } من جديد: { $reason }
left-lists-in-use = تستعمل عملية أخرى فهرس القوائم، أو لا تمكن كتابته: لا يزال في ملفاته ما مُحي، حتى يُمحى شيء مرة أخرى
left-lists-unwritten = لم يُكتب فهرس القوائم من جديد: { $reason }
left-unsigned = لم تُوقّع السلسلة: { $reason }

## Why a record of a list is no entry

record-length = في القيمة { $got } من المحارف بدل { $expected }
record-not-hex = المحرف { $place } من القيمة ليس رقمًا ست عشريًّا
record-not-utf8 = ليس بترميز UTF-8
record-too-long = أطول من الحد، وهو بالبايت { $n }
record-quote = فُتحت علامة اقتباس ولم تُغلق
record-columns = الأعمدة { $got } بدل { $expected }
record-type = نوع الإشارة غير معروف
record-unknown = قيمة غير معروفة: { $field }
record-missing = مفقود: { $field }
record-invalid = ليس كما ينبغي: { $field }
record-too-many = أكثر مما يجوز: { $field }

## What a decoder could do that is not sealed wholly

gap-files = يمكن فتح الملفات (لا Landlock)
gap-system-calls = يمكن أي استدعاء للنظام (لا seccomp)
gap-rights = قد يكتسب برنامج يُشغَّل صلاحيات
gap-memory = لا حد للذاكرة
gap-processor = لا حد لوقت المعالج
gap-descriptors = يمكن فتح الواصفات بلا حد
gap-writing = تمكن الكتابة في الملفات
gap-core = يمكن حفظ الذاكرة في ملف
gap-outliving = قد يبقى العامل بعد العملية التي شغّلته مدة

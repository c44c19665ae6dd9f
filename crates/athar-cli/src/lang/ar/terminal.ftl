### What commands print for people, and say on standard error while they work.
###
### $n counts: a plural is chosen by PLURAL($n). What else stands in a message is a name or a figure,
### which the program sets apart from the words, or a part of the sentence made of another message.

## Parts of sentences

comma = {"، "}
two-parts = { $first }؛ { $second }
both = { $first } و{ $second }
and-more = { $what } وغيرها: { $n }
and-n-more = وغيرها: { $n }
and-more-such = وغيرها مثلها: { $n }
arrow = ←
note = ملاحظة: { $note }
error = خطأ: { $error }
left = بقي:
less-than-a-percent = أقل من { "\u2066" }1 %{ "\u2069" }
new = جديد
said-by = بواسطة { $actor }
same-file = الملف نفسه
the-file = الملف { $item }
sound = سليم
not-sound = غير سليم
broken-off = انقطع العمل قبل نهايته
nothing-changed = لم يتغير شيء
and-nothing-changed = { $counts }؛ ولم يتغير شيء
medium = { $kind ->
    [image] صورة
    [video] مقطع مرئي
    [audio] تسجيل صوتي
   *[other] { $kind }
 }

## Counts of things

files = { PLURAL($n) ->
    [zero] لا ملفات
    [one] ملف واحد
    [two] ملفان
    [few] { $n } ملفات
    [many] { $n } ملفًا
   *[other] { $n } ملف
 }
cases = { PLURAL($n) ->
    [zero] لا قضايا
    [one] قضية واحدة
    [two] قضيتان
    [few] { $n } قضايا
    [many] { $n } قضية
   *[other] { $n } قضية
 }
reports = { PLURAL($n) ->
    [zero] لا بلاغات
    [one] بلاغ واحد
    [two] بلاغان
    [few] { $n } بلاغات
    [many] { $n } بلاغًا
   *[other] { $n } بلاغ
 }
items = { PLURAL($n) ->
    [zero] لا عناصر
    [one] عنصر واحد
    [two] عنصران
    [few] { $n } عناصر
    [many] { $n } عنصرًا
   *[other] { $n } عنصر
 }
codes = { PLURAL($n) ->
    [zero] لا رموز
    [one] رمز واحد
    [two] رمزان
    [few] { $n } رموز
    [many] { $n } رمزًا
   *[other] { $n } رمز
 }
rows = { PLURAL($n) ->
    [zero] لا صفوف
    [one] صف واحد
    [two] صفان
    [few] { $n } صفوف
    [many] { $n } صفًّا
   *[other] { $n } صف
 }
events = { PLURAL($n) ->
    [zero] لا أحداث
    [one] حدث واحد
    [two] حدثان
    [few] { $n } أحداث
    [many] { $n } حدثًا
   *[other] { $n } حدث
 }
matches = { PLURAL($n) ->
    [zero] لا تطابقات
    [one] تطابق واحد
    [two] تطابقان
    [few] { $n } تطابقات
    [many] { $n } تطابقًا
   *[other] { $n } تطابق
 }
links = { PLURAL($n) ->
    [zero] لا روابط
    [one] رابط واحد
    [two] رابطان
    [few] { $n } روابط
    [many] { $n } رابطًا
   *[other] { $n } رابط
 }
edges = { PLURAL($n) ->
    [zero] لا روابط
    [one] رابط واحد
    [two] رابطان
    [few] { $n } روابط
    [many] { $n } رابطًا
   *[other] { $n } رابط
 }
networks = { PLURAL($n) ->
    [zero] لا شبكات
    [one] شبكة واحدة
    [two] شبكتان
    [few] { $n } شبكات
    [many] { $n } شبكة
   *[other] { $n } شبكة
 }
facts = { PLURAL($n) ->
    [zero] لا بيانات
    [one] بيان واحد
    [two] بيانان
    [few] { $n } بيانات
    [many] { $n } بيانًا
   *[other] { $n } بيان
 }
alerts = { PLURAL($n) ->
    [zero] لا تنبيهات
    [one] تنبيه واحد
    [two] تنبيهان
    [few] { $n } تنبيهات
    [many] { $n } تنبيهًا
   *[other] { $n } تنبيه
 }
remembered-checks = { PLURAL($n) ->
    [zero] لا فحوص محفوظة
    [one] فحص محفوظ واحد
    [two] فحصان محفوظان
    [few] { $n } فحوص محفوظة
    [many] { $n } فحصًا محفوظًا
   *[other] { $n } فحص محفوظ
 }
refused-files = { PLURAL($n) ->
    [zero] لا ملفات تعذّر حساب رموزها
    [one] ملف واحد تعذّر حساب رموزه
    [two] ملفان تعذّر حساب رموزهما
    [few] { $n } ملفات تعذّر حساب رموزها
    [many] { $n } ملفًا تعذّر حساب رموزها
   *[other] { $n } ملف تعذّر حساب رموزها
 }
pairs-of-cases = { PLURAL($n) ->
    [zero] لا أزواج من القضايا
    [one] زوج واحد من القضايا
    [two] زوجين من القضايا
    [few] { $n } أزواج من القضايا
    [many] { $n } زوجًا من القضايا
   *[other] { $n } زوج من القضايا
 }
new-cases = { PLURAL($n) ->
    [zero] لا قضايا جديدة
    [one] قضية جديدة واحدة
    [two] قضيتان جديدتان
    [few] { $n } قضايا جديدة
    [many] { $n } قضية جديدة
   *[other] { $n } قضية جديدة
 }
new-edges = { PLURAL($n) ->
    [zero] لا روابط جديدة
    [one] رابط جديد واحد
    [two] رابطان جديدان
    [few] { $n } روابط جديدة
    [many] { $n } رابطًا جديدًا
   *[other] { $n } رابط جديد
 }
older-cases = { PLURAL($n) ->
    [zero] لا قضايا أقدم
    [one] قضية أقدم واحدة
    [two] قضيتان أقدم
    [few] { $n } قضايا أقدم
    [many] { $n } قضية أقدم
   *[other] { $n } قضية أقدم
 }
entries = { PLURAL($n) ->
    [zero] لا رموز ولا بصمات
    [one] رمز أو بصمة واحدة
    [two] رمزان أو بصمتان
    [few] { $n } رموز وبصمات
    [many] { $n } رمزًا وبصمة
   *[other] { $n } رمز وبصمة
 }
entries-exported = الرموز والبصمات: { $n }
records = { PLURAL($n) ->
    [zero] لا قيود
    [one] قيد واحد
    [two] قيدين
    [few] { $n } قيود
    [many] { $n } قيدًا
   *[other] { $n } قيد
 }

## An input and what it matches

bare-code = (رمز)
input-error = { $kind ->
    [unsupported] صيغة غير مدعومة: { $detail }
    [corrupt] الملف تالف: { $detail }
    [limit] أكبر من الحدود المسموح بها: { $detail }
    [low_quality] التفاصيل قليلة جدًّا فلا يُطابَق: { $detail }
    [stopped] أُوقف فك الترميز: { $detail }
    [encrypted] المحتوى مشفّر، فافتح تشفيره أولًا: { $detail }
   *[unreadable] تعذّرت قراءة الملف: { $detail }
 }
kept-known = الملف نفسه معروف
kept-in-case = موجود في هذه القضية من قبل
kept-refused = لم تُحسب رموزه
more-list-entries = مدخلات أخرى من القوائم قريبة أيضًا
link-confirmed = مؤكَّد
link-rejected = مرفوض: ليس صلة
rejected = مرفوض
known-harmless = معروف أنه غير ضار
relation = { $relation ->
    [part] جزء
    [altered] معدّلة
    [segment] مقطع
    [still] لقطة
   *[copy] نسخة
 }
same-voice = الصوت نفسه
bits-differ = الفرق { $bits } من 256 بت
looks-alike = يشبهه: الفرق { $bits } من 256 بت
approximate = (تقريبي: قد يفوته ما هو أقرب)
moments-agree = { PLURAL($n) ->
    [zero] لا لحظات متوافقة
    [one] لحظة واحدة متوافقة
    [two] لحظتان متوافقتان
    [few] { $n } لحظات متوافقة
    [many] { $n } لحظة متوافقة
   *[other] { $n } لحظة متوافقة
 }
landmarks-agree = { PLURAL($n) ->
    [zero] لا نقاط مميزة متوافقة
    [one] نقطة مميزة واحدة متوافقة
    [two] نقطتان مميزتان متوافقتان
    [few] { $n } نقاط مميزة متوافقة
    [many] { $n } نقطة مميزة متوافقة
   *[other] { $n } نقطة مميزة متوافقة
 }
share-of-seen = ({ $share } مما ينبغي أن يظهر منها)
scaled-down = بمقدار { $scale } من حجمه
scaled-up = بمقدار { $scale } ضعف حجمه
turned-by = بعد التدوير { $turn }
mirrored = بعد العكس كالمرآة
mirrored-vertically = بعد العكس من الأعلى إلى الأسفل
mirrored-quarter = بعد العكس كالمرآة والتدوير ربع دورة
turned-quarter = بعد التدوير ربع دورة
turned-or-mirrored = بعد التدوير أو العكس كالمرآة
upside-down = مقلوبة رأسًا على عقب
upright = قائمة
inverted-colours = بألوان معكوسة
regions-differ = { PLURAL($n) ->
    [zero] لا مناطق مختلفة ({ $share })
    [one] منطقة مختلفة مساحتها نحو { $share }
    [two] منطقتان مختلفتان مساحتهما معًا نحو { $share }
    [few] { $n } مناطق مختلفة مساحتها معًا نحو { $share }
    [many] { $n } منطقة مختلفة مساحتها معًا نحو { $share }
   *[other] { $n } منطقة مختلفة مساحتها معًا نحو { $share }
 }
second-agrees = البصمة المستقلة توافق
second-disagrees = البصمة المستقلة لا توافق: انظر بنفسك
false-alarms = الإنذارات الكاذبة { $rate } لكل مقارنة على الأكثر (قيست على أزواج عددها { $pairs })
found-by = { $space ->
    [landmark] بالنقاط المميزة
    [voice] بالصوت
   *[other] بوسيلة { $space }
 }

## Stretches of time

stretches-in-all = عدد المدد كلها: { $n }
covers-both = { $here } من هذا و{ $there } من ذاك
covers-this = { $here } من هذا
stretch-both = { $here } هنا هي { $there } هناك
stretch-here = { $here } هنا
stretch-there = { $there } هناك
at-speed = بسرعة تعادل { $rate } من سرعته

## Where files come from

sent-by = من { $sender }
nameless-file = ملف بلا اسم
file-in-parcel = { $file } في { $parcel }
sent-at = أُرسل في { $time } UTC
sent-at-unknown-zone = أُرسل في { $time } بساعة لا تُعرف منطقتها الزمنية
changed-at = عُدّل في { $time } UTC
changed-at-unknown-zone = عُدّل في { $time } بساعة لا تُعرف منطقتها الزمنية

## add and check

n-new = جديد: { $n }
n-known = معروف بالملف نفسه: { $n }
n-in-case = في القضية من قبل: { $n }
n-not-hashed = لم تُحسب رموزه: { $n }
n-too-flat = تفاصيله أقل من أن تُطابَق: { $n }
alerts-raised = { PLURAL($n) ->
    [zero] لم يُرفع أي تنبيه
    [one] رُفع تنبيه واحد: يعرضه الأمر 'athar alerts'
    [two] رُفع تنبيهان: يعرضهما الأمر 'athar alerts'
    [few] رُفعت { $n } تنبيهات: يعرضها الأمر 'athar alerts'
    [many] رُفع { $n } تنبيهًا: يعرضها الأمر 'athar alerts'
   *[other] رُفع { $n } تنبيه: يعرضها الأمر 'athar alerts'
 }
broken-off-resumable = انقطع العمل: يتابع الأمر نفسه من حيث توقف
inputs-checked = { PLURAL($n) ->
    [zero] لم يُفحص أي مدخل
    [one] فُحص مدخل واحد
    [two] فُحص مدخلان
    [few] فُحصت { $n } مدخلات
    [many] فُحص { $n } مدخلًا
   *[other] فُحص { $n } مدخل
 }
n-not-readable = تعذّرت قراءته: { $n }
n-remembered = حُفظ من الفحوص: { $n }
n-asked-before = { PLURAL($n) ->
    [zero] لم يُسأل عن شيء منها من قبل
    [one] سُئل عن واحد منها من قبل
    [two] سُئل عن اثنين منها من قبل
    [few] سُئل عن { $n } منها من قبل
    [many] سُئل عن { $n } منها من قبل
   *[other] سُئل عن { $n } منها من قبل
 }
n-known-from-lists = معروف من القوائم: { $n }
n-near-lists = { PLURAL($n) ->
    [zero] لا شيء منها قريب من رموز القوائم
    [one] واحد منها قريب من رموز القوائم: انظر بنفسك
    [two] اثنان منها قريبان من رموز القوائم: انظر بنفسك
    [few] { $n } منها قريبة من رموز القوائم: انظر بنفسك
    [many] { $n } منها قريبة من رموز القوائم: انظر بنفسك
   *[other] { $n } منها قريبة من رموز القوائم: انظر بنفسك
 }
nothing-known = لا شيء معروف من قضايا أخرى
n-known-from = { PLURAL($n) ->
    [zero] لا شيء منها معروف من { $cases }
    [one] واحد منها معروف من { $cases }
    [two] اثنان منها معروفان من { $cases }
    [few] { $n } منها معروفة من { $cases }
    [many] { $n } منها معروفة من { $cases }
   *[other] { $n } منها معروفة من { $cases }
 }
case-is-new = القضية { $case } جديدة: فُتحت
no-files = لا توجد ملفات هناك
progress-files = الملفات: { $n }
progress-files-of = الملفات: { $n } من { $of }
progress-graph = يُبنى مخطط التشابه: { $codes } من { $of } من الرموز
progress-left = { $bytes } من { $total } · { $speed } · بقي { $time }
stopping = يتوقف العمل بعد إتمام ما بدأ؛ واضغط Ctrl-C مرة أخرى للخروج فورًا
ctrl-c-ends = سينهي الضغط على Ctrl-C البرنامج فورًا
cannot-be-read = تعذّرت قراءة { $file }
no-vpdq-list = { $file } ليس قائمة vPDQ
no-standard-input = تعذّرت قراءة المدخل القياسي
standard-input-line = المدخل القياسي، السطر { $line }
answers-cannot-be-written = تعذّرت كتابة الإجابات
no-code = لا رمز له
no-clip = ليس مقطعًا مرئيًّا

## Cases

column-case = القضية
column-opened = فُتحت في (UTC)
column-reports = البلاغات
column-items = العناصر
column-linked-cases = القضايا المرتبطة
case-head = فُتحت في { $time } UTC — { $reports }، { $items }، لم تُحسب رموزه: { $refused }
case-opened = فُتحت القضية { $case }
case-no-longer-has = لم يعد للقضية { $case } مصدر التهديد { $handle }
case-has-now = صار للقضية { $case } مصدر التهديد { $handle }
case-had-already = للقضية { $case } من قبل مصدر التهديد { $handle }
no-cases = لا توجد قضايا بعد
handle-line = مصدر التهديد { $handle }
handle-kept-as-typed = لم يُقرأ مصدر التهديد على أنه ما ذُكر: حُفظ كما كُتب، ولا يربط قضايا
received-at = استُلم في { $time }
report-number = البلاغ { $report }
report-broken-off = انقطع
item-number = العنصر { $item }
quality = الجودة { $quality }
fact-channel = قناة البلاغ
fact-unit = الوحدة
fact-received = استُلمت في
fact-complainant = المشتكي
fact-suspect = المشتبه به
fact-urgency = درجة الاستعجال
fact-note = ملاحظة
channel = { $channel ->
    [hotline] الخط الساخن
    [email] البريد الإلكتروني
    [app] التطبيق
    [walk-in] حضوريًّا
    [platform] منصة
    [partner] وحدة شريكة
   *[other] { $channel }
 }
urgency = { $urgency ->
    [low] منخفضة
    [high] عالية
    [immediate] فورية
   *[normal] عادية
 }
also-of = وهو أيضًا في { $cases }
also-of-and-more = وهو أيضًا في { $cases } وغيرها: { $n }
no-time = ما كُتب بعد { $option } ليس وقتًا: اكتب 2026-11-20 أو 2026-11-20T14:30+03:00
write-kind-value = اكتب KIND=VALUE

## Links, networks and decisions

no-links = لا توجد روابط
links-between = { $links } بين { $pairs }
link-state = { $state ->
    [confirmed] مؤكَّد
    [rejected] مرفوض
    [harmless] غير ضار
    [held] موقوف
   *[unreviewed] لم يُراجَع
 }
was-before = { $state } (كان: { $before })
item-in-cases = { $item } في { $cases }
network-number = الشبكة { $network }
hub-number = (المشترك { $hub })
networks-of = { $networks } فيها { $cases }
smaller-networks-left = شبكات أصغر لم تُعرض: { $n } (يعرضها كلها --format json)
cases-share = { PLURAL($n) ->
    [zero] لا قضايا تشترك في { $what }
    [one] قضية واحدة لها { $what }
    [two] قضيتان تشتركان في { $what }
    [few] { $n } قضايا تشترك في { $what }
    [many] { $n } قضية تشترك في { $what }
   *[other] { $n } قضية تشترك في { $what }
 }
more-edges = { PLURAL($n) ->
    [zero] … ولا روابط أخرى
    [one] … ورابط آخر (يعرضها كلها --format json)
    [two] … ورابطان آخران (يعرضها كلها --format json)
    [few] … و{ $n } روابط أخرى (يعرضها كلها --format json)
    [many] … و{ $n } رابطًا آخر (يعرضها كلها --format json)
   *[other] … و{ $n } رابط آخر (يعرضها كلها --format json)
 }
falls-apart = (* تتفكك الشبكة من دونها)
alone-ties = وحده يصل بين جانبين، عدد القضايا فيهما { $fewer } و{ $more }
nothing-ties-case = لا شيء يربط القضية { $case } بغيرها
nothing-new-ties-case = لا جديد منذ ذلك الوقت يربط القضية { $case } بغيرها
nothing-ties = لا توجد شبكات: لا شيء يربط بين قضيتين
nothing-new-ties = لا توجد شبكات: لا جديد منذ ذلك الوقت يربط بين قضيتين
lists-draw-nothing = لا يُرسم شيء مع --lists: استعمل text أو json
format-draws-links-only = لا يرسم --format dot وgraphml إلا الروابط والشبكات: استعمل text أو json

## Alerts, remembered checks and what is harmless

no-alerts = لا توجد تنبيهات
asked-before = { PLURAL($n) ->
    [zero] لم يُسأل عنه من قبل
    [one] سُئل عنه من قبل
    [two] سُئل عنه مرتين من قبل، آخرهما
    [few] سُئل عنه { $n } مرات من قبل، آخرها
    [many] سُئل عنه { $n } مرة من قبل، آخرها
   *[other] سُئل عنه { $n } مرة من قبل، آخرها
 }
check-number = الفحص { $check }
one-of-checks = واحد من فحوص عددها { $n }
alert-state = { $state ->
    [open] مفتوح
    [seen] اطُّلع عليه
    [closed] مغلق
   *[other] { $state }
 }
alert-came = { $case } { $item } ورد، { $cause }
alert-as-case = مثل { $case } { $item }
alert-as-cases = مثل ما في { $cases }، وأقربه { $item }
alert-as-check = وسُئل عنه في { $when } ({ $check })
alert-changed = { $state }، وكان قبل ذلك: { $before }
checks-not-remembered = لا تُحفظ الفحوص
checks-remembered = { PLURAL($n) ->
    [zero] لا تُحفظ الفحوص
    [one] تُحفظ الفحوص يومًا واحدًا
    [two] تُحفظ الفحوص يومين
    [few] تُحفظ الفحوص { $n } أيام
    [many] تُحفظ الفحوص { $n } يومًا
   *[other] تُحفظ الفحوص { $n } يوم
 }
n-now = المحفوظ الآن: { $n }
n-erased = مُحي: { $n }
nothing-harmless = لا شيء معروف أنه غير ضار
harmless = غير ضار
no-longer-harmless = لم يعد معروفًا أنه غير ضار

## Withdrawal and retention

taken-back = سُحب
by-event = { $gone }؛ الحدث { $event }
from-the-case = من القضية
say-what-is-taken-back = حدّد ما يُسحب: --item أو --report أو --case أو --check
kept-all-for-ever = يُحفظ كل بلاغ دائمًا: يحدد الأمر 'athar retain rule' مدة أخرى
kept-for-ever = { $whose }: تُحفظ دائمًا
kept-for-days = { PLURAL($n) ->
    [zero] { $whose }: لا تُحفظ
    [one] { $whose }: تُحفظ يومًا واحدًا بعد فتحها
    [two] { $whose }: تُحفظ يومين بعد فتحها
    [few] { $whose }: تُحفظ { $n } أيام بعد فتحها
    [many] { $whose }: تُحفظ { $n } يومًا بعد فتحها
   *[other] { $whose }: تُحفظ { $n } يوم بعد فتحها
 }
reports-by = البلاغات عبر { $channel }
reports-of-others = بلاغات كل قناة أخرى
reports-over = انتهت مدتها: { $reports }
no-channel = بلا قناة
oldest-of = أقدمها من { $time } (UTC)
nothing-over = لم تنته مدة شيء
would-go = سيُمحى

## Lists of others

list-named = القائمة { $list }
list-state = { $state ->
    [staged] بانتظار التفعيل
    [retired] ملغاة
   *[active] مفعّلة
 }
listed-harmless = تصفه القائمة بأنه غير ضار
listed-candidate = محتمل: لا يدل عليه إلا رمز القائمة، فانظر بنفسك
listed-known = معروف
very-file = الملف نفسه، ببصمته { $digest }
at-seconds = عند الثانية { $seconds }
said-from = من { $source }
said-owner = صاحبه { $owner }
said-owner-name = وهو { $owner }
said-id = رقمه { $id }
said-class = تصنيفه { $class }
said-state = حالته { $state }
said-tags = وسومه { $tags }
said-listed = أُدرج في { $time }
said-marking = TLP { $marking }
no-listed-items = لا قائمة تعرف أي عنصر
no-lists = لا توجد قوائم: يُدخل الأمر 'athar import' قائمة
imported = استُوردت
would-be-imported = ستُستورد
imported-at = استُوردت في { $time } بصيغة { $format }
entries-in-records = { $entries } في { $records }
entries-known = معروف: { $n }
entries-changed = تغيّر: { $n }
entries-too-flat = قليل التفاصيل فلم يؤخذ: { $n }
entries-of-other-scheme = من نظام ترميز آخر فلم يؤخذ: { $n }
entries-not-compared = SHA-1، محفوظ ولا يُقارن بأي ملف: { $n }
entries-searched = يُبحث فيه من الآن: { $n }
entries-passed-over = { $signal }، لم يؤخذ: { $n }
no-entries = { PLURAL($n) ->
    [zero] كل القيود مدخلات
    [one] قيد واحد ليس مدخلًا
    [two] قيدان ليسا مدخلين
    [few] { $n } قيود ليست مدخلات
    [many] { $n } قيدًا ليست مدخلات
   *[other] { $n } قيد ليست مدخلات
 }
not-searched-yet = لم يُبحث فيه بعد: { $n } (يفعّله الأمر 'athar list activate')
file-changed-nothing = { $file }: لم يتغير شيء
written = { $entries }، من { $items }؛ كُتبت بصيغة { $format }، TLP { $marking }
would-be-written = { $entries }، من { $items }؛ ستُكتب بصيغة { $format }، TLP { $marking }
told-as-taken-back = ذُكر بأرقامه أنه سُحب: { $items }
n-without-code = بلا رمز، لقلة تفاصيله أو لأنه مقطع أو صوت: { $n }
cannot-say = تُرك: { $n }، لأن الصيغة لا تتسع لما يلي: { $field }
list-field = { $field ->
    [list-of-records] قائمة القيود
    [version] الإصدار
    [type] النوع
    [value] القيمة
    [state] الحالة
    [kind-of-file] نوع الملف
    [quality] الجودة
    [scheme] نظام الترميز
    [owner] صاحب المدخل
    [owner-s-name] اسم صاحب المدخل
    [id] المعرّف
    [time] الوقت
    [time-of-expiry] وقت الانتهاء
    [classification] التصنيف
    [tags] الوسوم
    [traffic-light-marking] وسم TLP
    [cases] القضايا
    [feedback] الملاحظات
   *[other] { $field }
 }
signed-with = موقَّعة بالمفتاح { $key }
column-list = القائمة
column-state = الحالة
column-searched = يُبحث فيه
column-waiting = ينتظر
n-searched = يُبحث فيه: { $n }
n-waiting = ينتظر: { $n }
two-persons-needed = يلزم شخصان لتفعيلها
one-person-imports = يستورد القائمة ويفعّلها شخص واحد
two-persons-import = من يستورد قائمة لا يجوز أن يفعّلها

## The store, its copies and its keys

store-at = المخزن { $dir }
store-made = أُنشئ مخزن جديد في { $dir }
encrypted-store-made = أُنشئ مخزن جديد مشفَّر في { $dir }
key-without-encrypt = أُعطي مفتاح: أضف --encrypt، أو لا تُعطِ مفتاحًا
two-keys-given = أُعطي ملف مفتاح وعبارة مرور معًا: أعطِ واحدًا منهما
ask-passphrase = عبارة مرور المخزن:{" "}
ask-new-passphrase = عبارة المرور الجديدة للمخزن:{" "}
ask-again = العبارة نفسها مرة أخرى:{" "}
passphrases-differ = هاتان عبارتا مرور مختلفتان
nothing-typed = لا يمكن إدخال عبارة مرور
key-beside-lock = { $file }: سيكون المفتاح بجانب ما يقفله: ضعه في مكان آخر
store-key-made = أُنشئ مفتاح في { $file }: من يفقده يفقد المخزن
variable-not-utf8 = { $variable } ليس بترميز UTF-8
say-what-to-encrypt-by = حدّد بماذا يُشفَّر ({ $ways })، أو اكتبه على الطرفية
next-add-makes-index = ملاحظة: ينشئ الأمر 'add' التالي الفهرس من جديد: { $reason }
ledger-written-anew = يُكتب السجل من جديد ({ $megabytes } MB) …
ledger-compared = يُقارن بالسجل القديم …
index-being-made = يُنشأ الفهرس من جديد …
and-encrypted = { $what }؛ مشفَّر
locked-by-key-file = المخزن مشفَّر الآن بملف المفتاح الجديد (الحدث { $event })
locked-by-passphrase = المخزن مشفَّر الآن بعبارة المرور الجديدة (الحدث { $event })
locked-by-nothing = لم يعد المخزن مشفَّرًا (الحدث { $event })
say-where = حدّد مكان المخزن: --data DIR أو ATHAR_DATA
copied-and-sound = نُسخ وهو سليم
restored-and-sound = استُعيد وهو سليم
counts-compared = { $events }، قورن بها: { $rows }، { $codes }
rows-compared = قورن بها: { $rows }
signed-up-to = موقَّعة حتى الحدث { $event }
codes-in-index = في الفهرس: { $codes }
index-made-anew = وقد أُنشئ من جديد
n-asked-for = سُئل منها عن: { $n }
index-remedy = السجل سليم: ينشئ الأمر 'athar verify --rebuild-index' الفهرس من جديد.
store-not-sound = غير سليم
key-made = للمخزن مفتاح الآن: احفظ ملفه كما تحفظ المخزن نفسه
signed-by = موقَّع بالمفتاح { $key }
signature-does-not-hold = { $file }: التوقيع غير صحيح

## Pages and packets

wrote-page = كُتبت الصفحة في { $file }
no-match = لا يوجد تطابق
whole-frames = الإطاران الكاملان: { $differ }
cannot-be-drawn = تعذّر رسم الصورة
cannot-be-written = تعذّرت كتابته
out-is-query = هذه هي الصورة المفحوصة نفسها
file-is-there = يوجد ملف بهذا الاسم من قبل (يُستبدل مع --force)
receipt-is-there = يوجد ملف بهذا الاسم من قبل، ولا يحل الإيصال محل ملف: لم يُسحب شيء
no-plain-file = هذا ليس ملفًّا عاديًّا، ولا يُستبدل إلا الملف العادي
packet-written = كُتبت حزمة الأدلة في { $file }
packet-of = القضية { $case }، أُنشئت في { $time } بواسطة { $program }
packet-counts = { $items }، { $matches }؛ الأحداث: { $events } من { $chain }، منها بسجلاتها: { $records }
packet-needs = حدّد القضية ومكان الكتابة: athar packet CASE --out FILE
packet-needs-key = حدّد بالخيار --key صاحب الحزمة إذا لم يكن هناك مخزن
script-cannot-be-written = تعذّرت كتابة النص البرمجي
man-cannot-be-written = تعذّرت كتابة صفحات الدليل في { $dir }
man-written = كُتبت صفحات الدليل في { $dir }

## The decoder

decoder-of = { $media ->
    [pictures] فك ترميز الصور: في عملية مستقلة
   *[other] فك ترميز المقاطع والأصوات: في عملية مستقلة
 }
seal-files = الملفات
seal-calls = نداءات النظام
seal-privileges = الصلاحيات
seal-descriptors = المقابض المفتوحة
seal-writing = الكتابة في الملفات
seal-memory = الذاكرة
seal-dumps = تفريغ الذاكرة
seal-time = وقت المعالج
seal-parent = انتهاء العملية الأم
seal-landlock = لا شيء منها (Landlock، الإصدار { $version })
seal-short-list = قائمة قصيرة: لا شبكة ولا برامج (seccomp)
seal-none-to-gain = لا يمكن اكتساب أي منها
seal-none = لا يوجد
seal-at-most = { $most } على الأكثر
seal-ends-it = ينهيها
seal-not-restricted = غير مقيَّد على هذا النظام
seal-missing = مفقود: { $gap }
reads-formats = يقرأ { $formats }
not-sealed-wholly = تحذير: فك الترميز غير معزول كليًّا: قد يفعل ملف مصنوع لذلك أكثر مما ينبغي
worker-is-no-command = يشغّل athar هذا بنفسه لفك ترميز الملفات فيه
program-not-found = تعذّر العثور على ملف البرنامج الجاري

## The log and time stamps

no-events = لا توجد أحداث
by-and-purpose = يُكتب كل من --by و--purpose في سطر واحد
log-event = { $kind ->
    [ledger_created] أُنشئ السجل
    [schema_upgraded] رُقّي مخطط السجل
    [case_opened] فُتحت قضية
    [case_described] سُجّلت بيانات القضية
    [handle_added] سُجّل مصدر تهديد
    [handle_removed] أُزيل مصدر تهديد
    [report_opened] بدأ بلاغ
    [report_received] وقت استلام بلاغ
    [report_closed] أُغلق بلاغ
    [item_added] سُجّل ملف لأول مرة
    [item_reported] أُدرج ملف في قضية
    [file_refused] تعذّرت قراءة ملف
    [match_found] اكتُشف تطابق
    [link_decided] رُوجع تطابق
    [check_made] أُجري فحص
    [remember_rule_set] حُددت مدة حفظ الفحوص
    [check_remembered] حُفظ فحص
    [alert_raised] رُفع تنبيه
    [alert_state_set] تغيّرت حالة تنبيه
    [benign_marked] سُجّل عنصر غير ضار
    [benign_removed] أُخرج عنصر من قائمة المواد غير الضارة
    [list_named] سُمّيت قائمة
    [list_import_begun] بدأ استيراد قائمة
    [list_row_added] أُضيفت مدخلات قائمة
    [list_imported] استُوردت قائمة
    [list_activated] فُعّلت قائمة
    [list_retired] أُلغيت قائمة
    [list_rule_set] حُدد عدد الأشخاص للقوائم
    [list_exported] صُدّرت قائمة
    [retention_set] حُددت مدة الاحتفاظ
    [provenance_told] سُجّل مصدر ملف
    [checkpoint_signed] وُقّعت نقطة تثبيت
    [time_stamped] خُتم الوقت
    [packet_made] أُنشئت حزمة أدلة
    [acted] سُجّل من فعل
    [withdrawal_requested] طُلب سحب
    [withdrawn] سُحب
   *[other] { $shown }
 }
log-detail = { $key ->
    [added] المضاف
    [alerts] التنبيهات
    [cases] القضايا
    [changed] المعدَّل
    [checks] الفحوص
    [codes] الرموز
    [complete] مكتمل
    [days] الأيام
    [deep] بعمق
    [distance] المسافة
    [entries] مدخلات القوائم
    [erased] الممحوّ
    [facts] بيانات القضية
    [format] الصيغة
    [from] من
    [inputs] المفحوص
    [items] العناصر
    [kind] النوع
    [known] المعروف
    [list_rows] أسطر القوائم
    [matched] المعروف منه
    [matches] التطابقات
    [most] الحد
    [new] الجديد
    [others] القضايا الأخرى
    [persons] الأشخاص
    [program] البرنامج
    [radius] نصف القطر
    [reason] السبب
    [recent] الأخيرة
    [refusals] ما لم يُقبل
    [refused] ما لم يُقبل
    [relation] العلاقة
    [reported] المبلَّغ عنه
    [reports] البلاغات
    [schema] بنية السجل
    [scheme] نظام الرموز
    [searchable] قابل للبحث
    [seq] الحدث
    [state] الحالة
    [to] إلى
    [unreadable] ما لم يُقرأ
    [usual] المعتاد
    [verdict] القرار
    [version] الإصدار
    [via] عبر
   *[other] { $shown }
 }
log-purpose = الغرض: { $purpose }
stamp-request = الحدث { $event }، SHA-256 { $digest }
stamp-request-written = كُتب الطلب في { $file }
stamp = كان الحدث { $event } موجودًا في { $stamped } UTC، بشهادة { $authority }؛ حُفظ الختم في { $added }
stamped-by-known = مختوم الوقت حتى الحدث { $event } من جهات معطاة
stamped-by-unknown = مختوم الوقت حتى الحدث { $event } (لا يُتحقق من الجهة إلا مع --authority)

## The flood guard

held-back = موقوف
held-from-now-on = من الآن
held-since = منذ { $time }
held-would-tie = { $since }: كان سيربط { $cases }، ولا يربط شيئًا إلى أن يراجعه أحد (athar held)
held-flood = { $kind }، موقوف منذ { $time }: كان سيربط { $cases }، منها { $recent } خلال { $days } أيام
held-now = { $items } في { $cases } الآن
held-limits = المعتاد { $usual } على الأكثر، والمسموح به { $most }
held-sums = { $floods }، مع الروابط بين { $cases }: يعرضها الأمر 'athar held'
held-released = يربط من جديد
items-in-cases = { $items } في { $cases }
nothing-held = لا شيء موقوف
flood-rule-cases = يُوقف ما يرد في أكثر من { $cases } من القضايا الأخرى خلال { $days } أيام، أو في عشرة أمثالها إجمالًا
flood-rule-usual = يُوقف ما يرد في القضايا الأخرى أكثر من { $image } (صورة) أو { $video } (مقطع) أو { $audio } (تسجيل) خلال { $days } أيام، أو في عشرة أمثالها إجمالًا، بحسب المعتاد في هذا المخزن
floods = { PLURAL($n) ->
    [zero] لا مواد موقوفة
    [one] مادة موقوفة واحدة
    [two] مادتان موقوفتان
    [few] { $n } مواد موقوفة
    [many] { $n } مادة موقوفة
   *[other] { $n } مادة موقوفة
 }
n-held = موقوف إلى أن يراجعه أحد: { $n } (يعرضه الأمر 'athar held')
other-cases = قضايا أخرى عددها { $n }
alert-held = كان سيربط { $cases }، وهو موقوف إلى أن يراجعه أحد، وأقربه { $item }
column-urgency = الاستعجال

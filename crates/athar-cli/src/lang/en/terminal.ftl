### What commands print for people, and say on standard error while they work.
###
### $n counts: a plural is chosen by PLURAL($n). What else stands in a message is a name or a figure,
### which the program sets apart from the words, or a part of the sentence made of another message.

## Parts of sentences

comma = {", "}
two-parts = { $first }; { $second }
both = { $first } and { $second }
and-more = { $what } and { $n } more
and-n-more = and { $n } more
and-more-such = and { $n } more such
arrow = →
note = note: { $note }
error = error: { $error }
left = left:
less-than-a-percent = less than 1 %
new = new
said-by = by { $actor }
same-file = the same file
the-file = the file { $item }
sound = sound
not-sound = not sound
broken-off = broken off before the end
nothing-changed = nothing was changed
and-nothing-changed = { $counts }; nothing was changed
medium = { $kind ->
    [image] image
    [video] video
    [audio] audio
   *[other] { $kind }
 }

## Counts of things

files = { PLURAL($n) ->
    [one] { $n } file
   *[other] { $n } files
 }
cases = { PLURAL($n) ->
    [one] { $n } case
   *[other] { $n } cases
 }
reports = { PLURAL($n) ->
    [one] { $n } report
   *[other] { $n } reports
 }
items = { PLURAL($n) ->
    [one] { $n } item
   *[other] { $n } items
 }
codes = { PLURAL($n) ->
    [one] { $n } code
   *[other] { $n } codes
 }
rows = { PLURAL($n) ->
    [one] { $n } row
   *[other] { $n } rows
 }
events = { PLURAL($n) ->
    [one] { $n } event
   *[other] { $n } events
 }
matches = { PLURAL($n) ->
    [one] { $n } match
   *[other] { $n } matches
 }
links = { PLURAL($n) ->
    [one] { $n } link
   *[other] { $n } links
 }
edges = { PLURAL($n) ->
    [one] { $n } edge
   *[other] { $n } edges
 }
networks = { PLURAL($n) ->
    [one] { $n } network
   *[other] { $n } networks
 }
facts = { PLURAL($n) ->
    [one] { $n } fact
   *[other] { $n } facts
 }
alerts = { PLURAL($n) ->
    [one] { $n } alert
   *[other] { $n } alerts
 }
remembered-checks = { PLURAL($n) ->
    [one] { $n } remembered check
   *[other] { $n } remembered checks
 }
refused-files = { PLURAL($n) ->
    [one] { $n } file that could not be hashed
   *[other] { $n } files that could not be hashed
 }
pairs-of-cases = { PLURAL($n) ->
    [one] { $n } pair of cases
   *[other] { $n } pairs of cases
 }
new-cases = { PLURAL($n) ->
    [one] { $n } new case
   *[other] { $n } new cases
 }
new-edges = { PLURAL($n) ->
    [one] { $n } new edge
   *[other] { $n } new edges
 }
older-cases = { PLURAL($n) ->
    [one] { $n } older case
   *[other] { $n } older cases
 }
entries = { PLURAL($n) ->
    [one] { $n } code or digest
   *[other] { $n } codes and digests
 }
entries-exported = { $n } codes and digests
records = { PLURAL($n) ->
    [one] { $n } record
   *[other] { $n } records
 }

## An input and what it matches

bare-code = (code)
input-error = { $kind }: { $detail }
kept-known = the same file is known
kept-in-case = already in this case
kept-refused = not hashed
more-list-entries = more entries of lists are near
link-confirmed = confirmed
link-rejected = rejected: it ties nothing
rejected = rejected
known-harmless = known harmless
relation = { $relation }
same-voice = the same voice
bits-differ = { $bits } of 256 bits differ
looks-alike = looks alike: { $bits } of 256 bits differ
approximate = (approximate: nearer ones may be missed)
moments-agree = { PLURAL($n) ->
    [one] { $n } moment agrees
   *[other] { $n } moments agree
 }
landmarks-agree = { PLURAL($n) ->
    [one] { $n } landmark agrees
   *[other] { $n } landmarks agree
 }
share-of-seen = ({ $share } of those to be seen)
scaled-down = at { $scale } of its size
scaled-up = at { $scale } times its size
turned-by = turned by { $turn }
mirrored = mirrored
mirrored-vertically = mirrored top to bottom
mirrored-quarter = mirrored and turned by a quarter
turned-quarter = turned by a quarter
turned-or-mirrored = turned or mirrored
upside-down = upside down
upright = upright
inverted-colours = inverted colours
regions-differ = { PLURAL($n) ->
    [one] a region of about { $share } differs
   *[other] { $n } regions of about { $share } in all differ
 }
second-agrees = second opinion agrees
second-disagrees = second opinion disagrees: look yourself
false-alarms = false alarms at most { $rate } a comparison ({ $pairs } pairs)
found-by = by { $space }

## Stretches of time

stretches-in-all = { $n } stretches in all
covers-both = { $here } of this and { $there } of that
covers-this = { $here } of this
stretch-both = { $here } here is { $there } there
stretch-here = { $here } here
stretch-there = { $there } there
at-speed = at { $rate } times its speed

## Where files come from

sent-by = from { $sender }
nameless-file = a file without a name
file-in-parcel = { $file } in { $parcel }
sent-at = sent { $time } UTC
sent-at-unknown-zone = sent { $time } by a clock of unknown zone
changed-at = changed { $time } UTC
changed-at-unknown-zone = changed { $time } by a clock of unknown zone

## add and check

n-new = { $n } new
n-known = { $n } known as the same file
n-in-case = { $n } already in the case
n-not-hashed = { $n } not hashed
n-too-flat = { $n } too flat to match
alerts-raised = { PLURAL($n) ->
    [one] { $n } alert raised: 'athar alerts' shows them
   *[other] { $n } alerts raised: 'athar alerts' shows them
 }
broken-off-resumable = broken off: the same command goes on where it stopped
inputs-checked = { PLURAL($n) ->
    [one] { $n } input checked
   *[other] { $n } inputs checked
 }
n-not-readable = { $n } not readable
n-remembered = { $n } remembered
n-asked-before = { PLURAL($n) ->
    [one] { $n } was asked about before
   *[other] { $n } were asked about before
 }
n-known-from-lists = { $n } known from lists
n-near-lists = { PLURAL($n) ->
    [one] { $n } is near to codes of lists: look yourself
   *[other] { $n } are near to codes of lists: look yourself
 }
nothing-known = nothing known from other cases
n-known-from = { PLURAL($n) ->
    [one] { $n } is known from { $cases }
   *[other] { $n } are known from { $cases }
 }
case-is-new = case { $case } is new: it was opened
no-files = there are no files there
progress-files = { $n } files
progress-files-of = { $n } of { $of } files
progress-graph = making a graph: { $codes } of { $of } codes
progress-left = { $bytes } of { $total } · { $speed } · { $time } left
stopping = stopping: what was begun is finished; Ctrl-C again leaves at once
ctrl-c-ends = Ctrl-C will end the program at once
cannot-be-read = { $file } cannot be read
no-vpdq-list = { $file } is no vPDQ list
no-standard-input = standard input cannot be read
standard-input-line = standard input, line { $line }
answers-cannot-be-written = the answers cannot be written
no-code = no code
no-clip = no clip with frames

## Cases

column-case = case
column-opened = opened (UTC)
column-reports = reports
column-items = items
column-linked-cases = linked cases
case-head = opened { $time } UTC — { $reports }, { $items }, { $refused } not hashed
case-opened = opened case { $case }
case-no-longer-has = case { $case } no longer has { $handle }
case-has-now = case { $case } has now { $handle }
case-had-already = case { $case } had already { $handle }
no-cases = there are no cases yet
handle-line = handle { $handle }
handle-kept-as-typed = the handle could not be read as what it was said to be: it is kept as typed, and ties no cases
received-at = received { $time }
report-number = report { $report }
report-broken-off = broken off
item-number = item { $item }
quality = quality { $quality }
fact-channel = channel
fact-unit = unit
fact-received = received
fact-complainant = complainant
fact-suspect = suspect
fact-urgency = urgency
fact-note = note
channel = { $channel }
urgency = { $urgency }
also-of = also of { $cases }
also-of-and-more = also of { $cases } and { $n } more
no-time = { $option } is no time: write 2026-11-20 or 2026-11-20T14:30+03:00
write-kind-value = write KIND=VALUE

## Links, networks and decisions

no-links = no links
links-between = { $links } between { $pairs }
link-state = { $state }
was-before = { $state } (was { $before })
item-in-cases = { $item } in { $cases }
network-number = network { $network }
hub-number = (hub { $hub })
networks-of = { $networks } of { $cases }
smaller-networks-left = { $n } smaller ones are not shown (--format json shows all)
cases-share = { PLURAL($n) ->
    [one] { $n } case share { $what }
   *[other] { $n } cases share { $what }
 }
more-edges = { PLURAL($n) ->
    [one] … and { $n } more edge (--format json shows all)
   *[other] … and { $n } more edges (--format json shows all)
 }
falls-apart = (* the network falls apart without it)
alone-ties = alone ties { $fewer } to { $more }
nothing-ties-case = nothing ties case { $case } to another
nothing-new-ties-case = nothing that is new since then ties case { $case } to another
nothing-ties = no networks: nothing ties two cases
nothing-new-ties = no networks: nothing that is new since then ties two cases
lists-draw-nothing = --lists draws nothing: use text or json
format-draws-links-only = --format dot and graphml draw links and networks only: use text or json

## Alerts, remembered checks and what is harmless

no-alerts = no alerts
asked-before = { PLURAL($n) ->
    [one] asked about before
   *[other] asked about { $n } times before, last
 }
check-number = check { $check }
one-of-checks = one of { $n } checks
alert-state = { $state }
alert-came = { $case } { $item } came, { $cause }
alert-as-case = as { $case } { $item }
alert-as-cases = as { $cases } hold, best { $item }
alert-as-check = which was asked about { $when } ({ $check })
alert-changed = { $state }, it was { $before } before
checks-not-remembered = checks are not remembered
checks-remembered = { PLURAL($n) ->
    [one] checks are remembered for { $n } day
   *[other] checks are remembered for { $n } days
 }
n-now = { $n } now
n-erased = { $n } erased
nothing-harmless = nothing is known to be harmless
harmless = harmless
no-longer-harmless = no longer harmless

## Withdrawal and retention

taken-back = taken back
by-event = { $gone }; event { $event }
from-the-case = from the case
say-what-is-taken-back = say what is taken back: --item, --report, --case or --check
kept-all-for-ever = every report is kept for ever: 'athar retain rule' sets another time
kept-for-ever = { $whose } are kept for ever
kept-for-days = { PLURAL($n) ->
    [one] { $whose } are kept for a day after they were opened
   *[other] { $whose } are kept for { $n } days after they were opened
 }
reports-by = reports by { $channel }
reports-of-others = reports of any other channel
reports-over = { $reports } over
no-channel = no channel
oldest-of = the oldest of { $time } (UTC)
nothing-over = nothing is over
would-go = would go

## Lists of others

list-named = list { $list }
list-state = { $state }
listed-harmless = the list calls it harmless
listed-candidate = candidate: only the list's code speaks, so look yourself
listed-known = known
very-file = the very file, by its { $digest }
at-seconds = at { $seconds } s
said-from = from { $source }
said-owner = by { $owner }
said-owner-name = that is { $owner }
said-id = its number { $id }
said-class = class { $class }
said-state = state { $state }
said-tags = tagged { $tags }
said-listed = listed { $time }
said-marking = TLP { $marking }
no-listed-items = no list knows an item
no-lists = there are no lists: 'athar import' brings one in
imported = imported
would-be-imported = would be imported
imported-at = imported { $time } as { $format }
entries-in-records = { $entries } in { $records }
entries-known = { $n } known
entries-changed = { $n } changed
entries-too-flat = { $n } too flat, not taken
entries-of-other-scheme = { $n } of another scheme, not taken
entries-not-compared = { $n } SHA-1, kept and compared with no file
entries-searched = { $n } searched from now on
entries-passed-over = { $n } { $signal }, not taken
no-entries = { PLURAL($n) ->
    [one] { $n } record is no entry
   *[other] { $n } records are no entries
 }
not-searched-yet = { $n } not searched yet: 'athar list activate'
file-changed-nothing = { $file }: nothing was changed
written = { $entries } of { $items } written as { $format }, TLP { $marking }
would-be-written = { $entries } of { $items } would be written as { $format }, TLP { $marking }
told-as-taken-back = { $items } told as taken back, by their numbers
n-without-code = { $n } without a code: flat, or a clip or a sound
cannot-say = { $n } left out: the format cannot say the { $field }
list-field = { $field ->
    [list-of-records] list of records
    [version] version
    [type] type
    [value] value
    [state] state
    [kind-of-file] kind of file
    [quality] quality
    [scheme] scheme
    [owner] owner
    [owner-s-name] owner's name
    [id] id
    [time] time
    [time-of-expiry] time of expiry
    [classification] classification
    [tags] tags
    [traffic-light-marking] traffic-light marking
    [cases] cases
    [feedback] feedback
   *[other] { $field }
 }
signed-with = signed with key { $key }
column-list = list
column-state = state
column-searched = searched
column-waiting = waiting
n-searched = { $n } searched
n-waiting = { $n } waiting
two-persons-needed = two persons are needed to activate it
one-person-imports = one person imports and activates a list
two-persons-import = who imports a list cannot be who activates it

## The store, its copies and its keys

store-at = store { $dir }
store-made = made a new store in { $dir }
encrypted-store-made = made a new encrypted store in { $dir }
key-without-encrypt = a key was given: say --encrypt, or give none
two-keys-given = a key file and a passphrase were given: give one of them
ask-passphrase = passphrase of the store:{" "}
ask-new-passphrase = new passphrase of the store:{" "}
ask-again = the same again:{" "}
passphrases-differ = these are two different passphrases
nothing-typed = no passphrase can be typed
key-beside-lock = { $file }: the key would lie beside what it locks: put it somewhere else
store-key-made = made a key in { $file }: whoever loses it loses the store
variable-not-utf8 = { $variable } is not UTF-8
say-what-to-encrypt-by = say what to encrypt by ({ $ways }), or type it on a terminal
next-add-makes-index = note: the next 'add' makes the index anew: { $reason }
ledger-written-anew = writing the ledger anew ({ $megabytes } MB) …
ledger-compared = comparing it with the old one …
index-being-made = making the index anew …
and-encrypted = { $what }; encrypted
locked-by-key-file = the store is encrypted by the new key file now (event { $event })
locked-by-passphrase = the store is encrypted by the new passphrase now (event { $event })
locked-by-nothing = the store is not encrypted any more (event { $event })
say-where = say where the store is: --data DIR or ATHAR_DATA
copied-and-sound = copied and sound
restored-and-sound = restored and sound
counts-compared = { $events }, { $rows } compared with them, { $codes }
rows-compared = { $rows } compared with them
signed-up-to = signed up to event { $event }
codes-in-index = { $codes } in the index
index-made-anew = which was made anew
n-asked-for = { $n } asked for
index-remedy = The ledger is sound: 'athar verify --rebuild-index' makes the index anew.
store-not-sound = NOT SOUND
key-made = the store has a key: keep its file as you keep the store
signed-by = signed by { $key }
signature-does-not-hold = { $file }: the signature does not hold

## Pages and packets

wrote-page = page written to { $file }
no-match = no match
whole-frames = whole frames: { $differ }
cannot-be-drawn = the picture cannot be drawn
cannot-be-written = it cannot be written
out-is-query = this is the picture that is asked about
file-is-there = there is such a file already (--force replaces it)
receipt-is-there = there is such a file already, and a receipt replaces none: nothing was taken back
no-plain-file = this is no plain file, and only such a one is replaced
packet-written = packet written to { $file }
packet-of = case { $case }, made { $time } by { $program }
packet-counts = { $items }, { $matches }; { $events } events of { $chain }, { $records } with their record
packet-needs = say which case, and where to write it: athar packet CASE --out FILE
packet-needs-key = without a store, say by --key whose packet it is
script-cannot-be-written = the script cannot be written
man-cannot-be-written = the manual pages cannot be written to { $dir }
man-written = manual pages written to { $dir }

## The decoder

decoder-of = { $media ->
    [pictures] decoder of pictures: a process of its own
   *[other] decoder of { $media }: a process of its own
 }
seal-files = files
seal-calls = system calls
seal-privileges = privileges
seal-descriptors = descriptors
seal-writing = writing to files
seal-memory = memory
seal-dumps = memory dumps
seal-time = processor time
seal-parent = its parent's end
seal-landlock = none (Landlock, version { $version })
seal-short-list = a short list: no network, no programs (seccomp)
seal-none-to-gain = none to be gained
seal-none = none
seal-at-most = at most { $most }
seal-ends-it = ends it
seal-not-restricted = not restricted on this system
seal-missing = missing: { $gap }
reads-formats = reads { $formats }
not-sealed-wholly = warning: the decoder is not sealed wholly: a crafted file could do more than it should
worker-is-no-command = this is started by athar itself, to decode files in
program-not-found = the running program cannot be found

## The log and time stamps

no-events = no events
by-and-purpose = --by and --purpose are lines
log-event = { $kind ->
   *[other] { $shown }
 }
log-detail = { $key ->
   *[other] { $shown }
 }
log-purpose = for: { $purpose }
stamp-request = event { $event }, SHA-256 { $digest }
stamp-request-written = request written to { $file }
stamp = event { $event } was there on { $stamped } UTC, says { $authority }; kept since { $added }
stamped-by-known = time-stamped up to event { $event } by authorities that were given
stamped-by-unknown = time-stamped up to event { $event } (by whom is not checked without --authority)

## The flood guard

held-back = held back
held-from-now-on = from now on
held-since = since { $time }
held-would-tie = { $since }: it would tie { $cases }, and ties nothing until somebody looks (athar held)
held-flood = { $kind } held back since { $time }: it would tie { $cases }, { $recent } of them within { $days } days
held-now = { $items } in { $cases } now
held-limits = usual at most { $usual }, { $most } were allowed
held-sums = { $floods } held back with its links between { $cases }: 'athar held' shows it
held-released = ties again
items-in-cases = { $items } in { $cases }
nothing-held = nothing is held back
flood-rule-cases = what comes to more than { $cases } other cases within { $days } days, or ten times as many in all, is held back
flood-rule-usual = what comes to more than { $image } (a picture), { $video } (a clip) or { $audio } (a recording) other cases within { $days } days, or ten times as many in all, is held back, as is usual in this store
floods = { PLURAL($n) ->
    [one] { $n } flood
   *[other] { $n } floods
 }
n-held = { PLURAL($n) ->
    [one] { $n } is held back until somebody looks: 'athar held' shows it
   *[other] { $n } are held back until somebody looks: 'athar held' shows it
 }
other-cases = { $n } other cases
alert-held = would tie { $cases }, and is held back until somebody looks, best { $item }
column-urgency = urgency

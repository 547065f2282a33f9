#!/bin/sh
# Package:   @lark-project/meegle (npm), version 1.0.23, the command line of the vendor
# Seen:      2026-11-29
# Behaviour: `url decode` says that an address it does not know is `unknown`, and that callers shall refuse it then. It
#            looks at the path alone: the page of any other host with a path of that form is a work item, and so is one
#            whose last part is no number, or has zeros before it. A link through `/openapp` is not followed.
# For us:    whoever takes ids from pasted addresses compares the host with MEEGLE_BASE_URL and the id with digits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @lark-project/meegle@1.0.23
export HOME="$folder" MEEGLE_NO_UPDATE_CHECK=1
for address in \
    https://project.feishu.cn/demo/story/detail/6300012300 \
    https://wiki.example.com/pages/story/detail/6300012300 \
    https://project.feishu.cn/demo/story/detail/0012 \
    https://project.feishu.cn/demo/story/detail/new \
    'https://project.feishu.cn/openapp?url=%2Fdemo%2Fstory%2Fdetail%2F6300012300'; do
    "$folder/node_modules/.bin/meegle" url decode --url "$address" |
        node -e 'const a = JSON.parse(require("fs").readFileSync(0)); console.log(a.host, a.url_kind, a.work_item_id);'
done | tee "$folder/seen"
cat >"$folder/expected" <<'TEXT'
project.feishu.cn workitem_detail 6300012300
wiki.example.com workitem_detail 6300012300
project.feishu.cn workitem_detail 0012
project.feishu.cn workitem_detail new
project.feishu.cn openapp undefined
TEXT
diff "$folder/expected" "$folder/seen"

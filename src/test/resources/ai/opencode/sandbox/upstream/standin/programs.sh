#!/bin/sh
# Runs inside a root made of the stand-in's packages: uses each tool for what it is for.
set -e
export HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
rm -rf /tmp/work && mkdir /tmp/work && cd /tmp/work

git init -q origin
cd origin
git config user.email someone@example.org
git config user.name Someone
echo content > file
git add file
git commit -q -m first
cd ..
git clone -q file:///tmp/work/origin clone
test "$(cat clone/file)" = content

for program in curl wget vim nano bash jq rg less npm node python3 tini; do
  $program --version > version.txt 2>&1
  if grep -qi busybox version.txt; then echo "$program is busybox's"; exit 1; fi
done
test "$(bash -c 'echo ${BASH_VERSINFO[0]}')" -ge 5
grep -qx /bin/bash /etc/shells || test ! -e /sbin/apk
vim -es -c 'r clone/file' -c 'w! edited' -c q
grep -qx content edited

python3 -c 'import bz2, ctypes, curses, dbm.ndbm, decimal, lzma, readline, sqlite3, ssl, uuid, zlib
assert len(ssl.create_default_context().get_ca_certs()) > 100'
python3 -m http.server --bind 127.0.0.1 8931 > /dev/null 2>&1 &
server=$!
sleep 1
curl -s http://127.0.0.1:8931/edited | grep -qx content
wget -qO- http://127.0.0.1:8931/edited | grep -qx content
kill $server
test "$(echo '{"a":{"b":7}}' | jq .a.b)" = 7

printf '#include <stdio.h>\nint main(void) { puts("c"); return 0; }\n' > a.c
cc a.c -o a && test "$(./a)" = c
cc -static a.c -o a && test "$(./a)" = c
printf '#include <iostream>\n#include <thread>\nint main() { std::thread([] { std::cout << "c++"; }).join(); }\n' > b.cc
g++ -O2 -flto b.cc -o b && test "$(./b)" = c++
printf 'all:\n\t@echo made\n' > Makefile
test "$(make)" = made
file a | grep -q ELF
test "$(node -p 'new Intl.NumberFormat("de").format(1234.5)')" = 1.234,5

mkdir addon && cd addon
echo '{"name":"addon","version":"1.0.0","gypfile":true}' > package.json
echo '{"targets":[{"target_name":"addon","sources":["addon.cc"]}]}' > binding.gyp
cat > addon.cc <<'END'
#include <node_api.h>
static napi_value Init(napi_env env, napi_value exports) {
  napi_value answer;
  napi_create_int32(env, 42, &answer);
  napi_set_named_property(env, exports, "answer", answer);
  return exports;
}
NAPI_MODULE(NODE_GYP_MODULE_NAME, Init)
END
npm_package_config_node_gyp_nodedir=/usr npm install --offline --no-audit --no-fund > npm.log 2>&1 || { cat npm.log; exit 1; }
test "$(node -p 'require("./build/Release/addon.node").answer')" = 42
echo all programs work

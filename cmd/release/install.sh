#!/bin/sh
# Installs Mingzhang on a Debian 12 server without internet, or brings an installation to this version. It may be run again
# at any time. It starts and stops nothing: what it leaves to do it says at the end.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd -P)
account=mingzhang
data=/var/lib/mingzhang
settings=/etc/mingzhang

fail() {
	echo "明账安装：$*" >&2
	exit 2
}

[ "$(id -u)" = 0 ] || fail "请以 root 身份运行：sudo sh install.sh"
cd "$here"
sha256sum --quiet --strict -c SHA256SUMS || fail "压缩包不完整或被改动（见上），请重新拷贝。什么都没有安装。"
read -r version <VERSION
read -r suite <debs/SUITE
architecture=$(dpkg --print-architecture 2>/dev/null) || fail "本机不是 Debian 类系统（没有 dpkg）。"
./bin/mingzhang --help >/dev/null 2>&1 || fail "本压缩包与本机处理器（$architecture）不符，请换 amd64 或 arm64 的压缩包。"

# newest major version of the PostgreSQL servers here, 0 if there is none
postgresql() {
	for server in /usr/lib/postgresql/*/bin/postgres; do
		[ -x "$server" ] && "$server" --version
	done 2>/dev/null | sed -nE 's/.*\) ([0-9]+).*/\1/p' | sort -n | tail -n 1 | grep . || echo 0
}

# The packages come from the folder debs by apt, which takes what this server lacks and leaves the rest alone. Its lists are
# its own, so neither the server's package sources nor a network are asked.
install_packages() {
	work=$(mktemp -d /tmp/mingzhang-install.XXXXXX)
	trap 'rm -rf "$work"; [ -z "${note-}" ] || { rm -f "$note"; rmdir "${note%/*}" 2>/dev/null || true; }' EXIT
	trap 'exit 2' HUP INT TERM
	mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
	ln -s "$here/debs" "$work/debs"
	echo "deb [trusted=yes] file:$work/debs ./" >"$work/sources.list"
	# The package would make and start a cluster for the whole system. Mingzhang runs its own, so a first installation is told
	# not to; later versions are the administrator's business.
	if [ ! -e /usr/share/postgresql-common ]; then
		note=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
		mkdir -p "${note%/*}"
		echo "create_main_cluster = false" >"$note"
	fi
	from_here() {
		DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
			-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" \
			-o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Acquire::Languages=none -o Dpkg::Use-Pty=0 "$@"
	}
	if ! { from_here update && from_here install -y --no-remove postgresql postgresql-client fonts-wqy-microhei curl jq; } >"$work/log" 2>&1 </dev/null; then
		tail -n 30 "$work/log" >&2
		fail "软件包安装失败（见上）。若本机的软件包比压缩包新，请用较新的压缩包，或用系统自己的软件源安装 postgresql 后再运行本脚本。"
	fi
}

codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
if [ "$codename" = "$suite" ]; then
	echo "安装软件包（PostgreSQL、字体、curl、jq）……"
	install_packages
elif [ "$(postgresql)" -ge 15 ]; then
	echo "本机是 ${codename:-其他系统}，压缩包中的软件包只适用于 Debian 12，未安装；使用本机的 PostgreSQL $(postgresql)。"
else
	fail "本机是 ${codename:-其他系统}，压缩包中的软件包只适用于 Debian 12。请先用本机系统盘安装 PostgreSQL 15 或更新，再运行本脚本。"
fi

if ! getent passwd $account >/dev/null; then
	useradd --system --user-group --home-dir $data --no-create-home --shell /usr/sbin/nologin $account
fi
[ -d $data ] || install -d -o $account -g $account -m 750 $data
install -d -m 755 $settings

# put FILE MODE PLACE: the new file takes the place of the old one at once, also while it runs
put() {
	if cmp -s "$1" "$3"; then return; fi
	install -m "$2" "$1" "$3.new"
	mv -f "$3.new" "$3"
	echo "已安装 $3"
}

put bin/mingzhang 755 /usr/local/bin/mingzhang
for unit in systemd/*; do put "$unit" 644 "/etc/systemd/system/${unit##*/}"; done
# What the administrator wrote stays. The sample of this version lies beside it.
[ -e $settings/mingzhang.env ] || install -o root -g $account -m 640 etc/mingzhang.env $settings/mingzhang.env
put etc/mingzhang.env 644 $settings/mingzhang.env.sample
for folder in templates docs licences; do
	rm -rf "/usr/local/share/mingzhang/$folder"
	install -d -m 755 /usr/local/share/mingzhang
	cp -R "$folder" "/usr/local/share/mingzhang/$folder"
done
put manual.html 644 /usr/local/share/mingzhang/manual.html
put desk.sh 644 /usr/local/share/mingzhang/desk.sh
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

echo "明账 $version 已安装。手册：/usr/local/share/mingzhang/manual.html"
if [ -d /run/systemd/system ] && systemctl --quiet is-active mingzhang; then
	echo "服务仍在运行旧版本。请执行：systemctl restart mingzhang && runuser -u mingzhang -- mingzhang doctor --data-dir $data"
elif [ -d $data/pg/data ]; then
	echo "数据已在 $data。请执行：systemctl enable --now mingzhang"
else
	echo "下一步（手册第三章）：runuser -u mingzhang -- mingzhang init --data-dir $data --book 行政区划代码 --name 财政局名称"
	echo "然后：systemctl enable --now mingzhang"
fi

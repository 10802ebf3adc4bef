# Run by office.ts with nothing of ours in its environment: reads an office file from its standard input, writes its
# pages as a PDF to its standard output. In namespaces of its own it sees programs and fonts, read only, and a folder
# in memory; no files of ours, no network, no other process. $1: "walled" or "open"; $2: soffice; $3: kind of file;
# $4: a folder of its own; $5: bytes that folder may hold.
set -eu
how=$1 soffice=$2 kind=$3 room=$4 size=$5

if [ "$how" = walled ]; then
  root=$room/root
  mkdir -p "$root"
  mount -t tmpfs -o "size=$size,mode=755" tmpfs "$root"
  # Where it was installed.
  place=$(dirname "$(readlink -f "$soffice")")
  case $place in */program) place=$(dirname "$place") ;; esac
  case $place in /usr/* | /opt/* | /bin | /sbin) place=/usr ;; esac
  for path in "$place" /usr /lib /lib64 /bin /sbin /opt /etc/fonts /etc/libreoffice /etc/alternatives /etc/ld.so.cache; do
    if [ -L "$path" ]; then
      cp -P "$path" "$root$path"
    elif [ -d "$path" ] && [ ! -e "$root$path" ]; then
      mkdir -p "$root$path"
      mount --rbind "$path" "$root$path"
      mount -o remount,bind,ro "$root$path"
    elif [ -f "$path" ]; then
      cp "$path" "$root$path"
    fi
  done
  mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/old"
  mount -t proc proc "$root/proc" || true
  for device in null zero urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  cd "$root"
  pivot_root . old
  cd /
  umount -l /old
  room=/tmp
  # Whoever is root here may nothing but what anybody may.
  powerless='setpriv --no-new-privs --bounding-set=-all --inh-caps=-all'
else
  powerless=
fi

cd "$room"
mkdir -p profile/user made
cat > profile/user/registrymodifications.xcu <<'XCU'
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
XCU
cat > "made/file.$kind"
export HOME="$room"
$powerless "$soffice" "-env:UserInstallation=file://$room/profile" --headless --norestore --nolockcheck --nodefault \
  --nofirststartwizard --convert-to pdf --outdir "$room/made" "$room/made/file.$kind" >&2 </dev/null
cat made/file.pdf

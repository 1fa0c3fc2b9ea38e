/**
 * Node has no unix datagram sockets. This program for perl (part of each Debian) binds one and writes each datagram to its
 * output, its length before it in four bytes, big end first. It ends when its input is closed, after it has read what waits
 * in the socket, or when its output cannot be written; a signal to all of the service's processes leaves it to the agent to
 * end it. `ready` on its errors says that it is bound.
 */
export const unixgramReader = String.raw`
use strict; use Socket; use Errno qw(EINTR EAGAIN EADDRINUSE ECONNREFUSED);
my ($path) = @ARGV; my $datagram; $SIG{$_} = "IGNORE" for qw(TERM INT HUP QUIT); $SIG{PIPE} = "DEFAULT";
sub fresh { socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n"; $s }
my $s = fresh(); my $address = pack_sockaddr_un($path);
if (!bind($s, $address)) {
  die "bind: $!\n" unless $!{EADDRINUSE};
  die "bind: another program listens there\n" if !-S $path || connect(fresh(), $address) || !$!{ECONNREFUSED};
  unlink($path); bind($s, $address) or die "bind: $!\n";
}
chmod(0666, $path); setsockopt($s, SOL_SOCKET, SO_RCVBUF, pack("l", 8 << 20)); binmode(STDOUT);
syswrite(STDERR, "ready\n");
sub pass { my $all = pack("N", length $_[0]) . $_[0]; my $at = 0;
  while ($at < length $all) { my $n = syswrite(STDOUT, $all, length($all) - $at, $at);
    if (defined $n) { $at += $n } elsif (!$!{EINTR}) { exit 1 } } }
while (1) {
  my $in = ""; vec($in, fileno($s), 1) = 1; vec($in, 0, 1) = 1;
  next if select($in, undef, undef, undef) < 0;
  last if vec($in, 0, 1) && !sysread(STDIN, my $nothing, 1);
  next unless vec($in, fileno($s), 1);
  if (defined recv($s, $datagram, 1 << 20, MSG_DONTWAIT)) { pass($datagram) }
  elsif (!$!{EINTR} && !$!{EAGAIN}) { die "recv: $!\n" }
}
while (defined recv($s, $datagram, 1 << 20, MSG_DONTWAIT)) { pass($datagram) }
unlink($path);
`;

#!/usr/bin/perl
# Reads an 837P back with X12::Parser (Debian: libx12-parser-perl) and prints each segment behind its loop.
# It dies where a segment is not the loop's, out of order, too often, or a required one is missing.
# usage: readback.pl CONF FILE
use strict;
use warnings;
use X12::Parser;

my ( $conf, $file ) = @ARGV;
my ( %grammar, $section );
open( my $cf, '<', $conf ) or die "$conf: $!\n";
while (<$cf>) {
	chomp;
	$section = $1 if /^\[(\w+)\]/;
	if (/^segment=(.*)/) {
		my ( $id, $position, $qualifiers, $name, $required, $repeats ) = split /:/, $1;
		push @{ $grammar{$section} }, { id => $id, at => $position, any => [ split /,/, $qualifiers ], name => $name, required => $required eq 'R', most => $repeats };
	}
}
close $cf;

sub fits {
	my ( $rule, @element ) = @_;
	return 0 if $rule->{id} ne $element[0];
	return 1 if $rule->{at} eq '';
	return scalar grep { $_ eq ( $element[ $rule->{at} ] // '' ) } @{ $rule->{any} };
}

my $parser = X12::Parser->new;
$parser->parsefile( file => $file, conf => $conf );
while ( my ( $position, $level, $loop ) = $parser->get_next_pos_level_loop ) {
	my @rules = @{ $grammar{$loop} };
	my ( $at, $times ) = ( 0, 0 );
	for my $segment ( $parser->get_loop_segments ) {
		my @element = split /\Q@{[ $parser->get_element_separator ]}\E/, $segment, -1;
		while ( $at < @rules && ( !fits( $rules[$at], @element ) || $times == $rules[$at]{most} ) ) {
			die "loop $loop lacks $rules[$at]{name} before $element[0]\n" if $rules[$at]{required} && $times == 0;
			( $at, $times ) = ( $at + 1, 0 );
		}
		die "loop $loop: segment $element[0] is not its own, out of order or too often\n" if $at == @rules;
		$times++;
		print "$loop\t$segment\n";
	}
	for ( $at .. $#rules ) {
		die "loop $loop lacks $rules[$_]{name}\n" if $rules[$_]{required} && !( $_ == $at && $times > 0 );
	}
}

/* line.c - a long line between two ends: bytes arrive later, the bandwidth is limited only where it is asked for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench-line TARGET-PORT DELAY-MS MBIT/S     (0 Mbit/s: no limit)
 *
 * Prints the port it listens on; ends with standard input, and then prints what went over it as JSON. A turn is octets
 * of the client that follow octets of the server which it has been given: what it waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (64 * 1024)
#define MAX_LINES 64
#define MAX_IN_FLIGHT (256 * 1024 * 1024)

typedef struct Chunk Chunk;
struct Chunk
{
  Chunk *next;
  long long due_ns;
  size_t size, sent;
  char octets[];
};

typedef struct
{
  int from, to;
  Chunk *first, *last;
  size_t in_flight;
  int is_ended;   /* nothing more comes in */
  int is_closed;  /* and the other end knows */
  long long free; /* when the line has room for more */
} Way;

typedef struct
{
  Way ways[2]; /* from the client, from the server */
  int last_delivered;
} Line;

static Line lines[MAX_LINES];
static unsigned n_lines;
static long long delay_ns, octets[2], turns, connections;
static double ns_per_octet;

static long long
now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int
get_socket (unsigned port, int is_listening)
{
  struct sockaddr_in address
      = { .sin_family = AF_INET, .sin_port = htons ((unsigned short)port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM, 0);
  int one = 1;

  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (is_listening ? bind (fd, (struct sockaddr *)&address, sizeof address) != 0 || listen (fd, 64) != 0
                   : connect (fd, (struct sockaddr *)&address, sizeof address) != 0)
    {
      perror ("bench-line");
      exit (1);
    }
  return fd;
}

static void
make_ready (int fd)
{
  int one = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl (fd, F_SETFL, O_NONBLOCK);
}

static void
add_line (int listener, unsigned target)
{
  int client = accept (listener, NULL, NULL);

  if (client < 0 || n_lines == MAX_LINES)
    {
      close (client);
      return;
    }
  int server = get_socket (target, 0);
  make_ready (client);
  make_ready (server);
  Line *line = &lines[n_lines++];
  memset (line, 0, sizeof *line);
  line->last_delivered = -1;
  line->ways[0] = (Way){ .from = client, .to = server };
  line->ways[1] = (Way){ .from = server, .to = client };
  connections++;
}

static void
take_in (Line *line, int way_number)
{
  Way *way = &line->ways[way_number];
  Chunk *chunk = malloc (sizeof *chunk + CHUNK);
  ssize_t n = read (way->from, chunk->octets, CHUNK);

  if (n <= 0)
    {
      way->is_ended = n == 0 || errno != EAGAIN;
      free (chunk);
      return;
    }
  long long now = now_ns ();
  way->free = (way->free > now ? way->free : now) + (long long)((double)n * ns_per_octet);
  chunk = realloc (chunk, sizeof *chunk + (size_t)n);
  chunk->next = NULL;
  chunk->size = (size_t)n;
  chunk->sent = 0;
  chunk->due_ns = way->free + delay_ns;
  if (way->last != NULL)
    way->last->next = chunk;
  else
    way->first = chunk;
  way->last = chunk;
  way->in_flight += (size_t)n;
  octets[way_number] += n;
  if (way_number == 0 && line->last_delivered == 1)
    turns++;
  if (way_number == 0)
    line->last_delivered = 0;
}

static void
hand_out (Line *line, int way_number)
{
  Way *way = &line->ways[way_number];

  while (way->first != NULL && way->first->due_ns <= now_ns ())
    {
      Chunk *chunk = way->first;
      ssize_t n = send (way->to, chunk->octets + chunk->sent, chunk->size - chunk->sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN)
        return;
      chunk->sent += n < 0 ? chunk->size - chunk->sent : (size_t)n;
      if (way_number == 1)
        line->last_delivered = 1;
      if (chunk->sent < chunk->size)
        return;
      way->in_flight -= chunk->size;
      way->first = chunk->next;
      if (way->first == NULL)
        way->last = NULL;
      free (chunk);
    }
  if (way->first == NULL && way->is_ended && !way->is_closed)
    {
      way->is_closed = 1;
      shutdown (way->to, SHUT_WR);
    }
}

static void
drop_closed (void)
{
  for (unsigned i = 0; i < n_lines;)
    if (lines[i].ways[0].is_closed && lines[i].ways[1].is_closed)
      {
        close (lines[i].ways[0].from);
        close (lines[i].ways[1].from);
        lines[i] = lines[--n_lines];
      }
    else
      i++;
}

/* Milliseconds until the next chunk is due; -1: none is on its way. */
static int
next_due (void)
{
  long long first = -1;

  for (unsigned i = 0; i < n_lines; i++)
    for (int w = 0; w < 2; w++)
      if (lines[i].ways[w].first != NULL && (first < 0 || lines[i].ways[w].first->due_ns < first))
        first = lines[i].ways[w].first->due_ns;
  if (first < 0)
    return -1;
  long long wait = first - now_ns ();
  return wait <= 0 ? 0 : (int)((wait + 999999) / 1000000);
}

static void
carry (int listener, unsigned target)
{
  struct pollfd fds[2 + 2 * MAX_LINES];

  for (;;)
    {
      nfds_t n = 2;
      fds[0] = (struct pollfd){ .fd = 0, .events = POLLIN };
      fds[1] = (struct pollfd){ .fd = listener, .events = POLLIN };
      for (unsigned i = 0; i < n_lines; i++)
        for (int w = 0; w < 2; w++)
          {
            Way *way = &lines[i].ways[w];
            int takes = !way->is_ended && way->in_flight < MAX_IN_FLIGHT;
            fds[n++] = (struct pollfd){ .fd = takes ? way->from : -1, .events = POLLIN };
          }
      unsigned n_before = n_lines;
      poll (fds, n, next_due ());
      for (unsigned i = 0; i < n_before; i++)
        for (int w = 0; w < 2; w++)
          {
            if (fds[2 + 2 * i + (unsigned)w].revents != 0)
              take_in (&lines[i], w);
            hand_out (&lines[i], w);
          }
      drop_closed ();
      if ((fds[1].revents & POLLIN) != 0)
        add_line (listener, target);
      if (fds[0].revents != 0)
        return;
    }
}

int
main (int argc, char **argv)
{
  struct sockaddr_in address;
  socklen_t size = sizeof address;

  if (argc != 4)
    return 2;
  delay_ns = (long long)(atof (argv[2]) * 1e6);
  ns_per_octet = atof (argv[3]) > 0 ? 8000.0 / atof (argv[3]) : 0;
  int listener = get_socket (0, 1);
  getsockname (listener, (struct sockaddr *)&address, &size);
  printf ("%u\n", ntohs (address.sin_port));
  fflush (stdout);
  carry (listener, (unsigned)atoi (argv[1]));
  printf ("{\"connections\": %lld, \"up\": %lld, \"down\": %lld, \"turns\": %lld}\n", connections, octets[0], octets[1],
          turns);
  return 0;
}
